/**
 * The words on screen. English is the reference: a catalogue that lacks one of its keys does not compile,
 * and only the language in use is loaded.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type reference from './en.json';

export type Key = keyof typeof reference;
type Catalogue = Record<Key, string>;

export const LANGUAGES = { en: 'English', fr: 'Français', es: 'Español', zh: '中文' } as const;
export type Lang = keyof typeof LANGUAGES;

const loaders: Record<Lang, () => Promise<{ default: Catalogue }>> = {
  en: () => import('./en.json'),
  fr: () => import('./fr.json'),
  es: () => import('./es.json'),
  zh: () => import('./zh.json'),
};

export type Params = Record<string, string | number>;
export type Translate = (key: Key, params?: Params) => string;

/** Puts values into `{holes}`; a hole without a value stays visible, so that it is noticed. */
export function fill(text: string, params: Params = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

/** The key for so many (`{n}`): its own for one, where the catalogue has it and the language has a form for one. */
export function counted(key: string, params: Params | undefined, words: Readonly<Record<string, string>>, lang: string): string {
  const one = typeof params?.n === 'number' && `${key}.one` in words && new Intl.PluralRules(lang).select(params.n) === 'one';
  return one ? `${key}.one` : key;
}

const STORED = 'eventos.language';

/** The language chosen before, else the first of the browser's that is spoken here, else English. */
export function preferred(stored: string | null, wanted: readonly string[]): Lang {
  const spoken = (code: string | null | undefined): code is Lang => !!code && code in LANGUAGES;
  const candidates = [stored, ...wanted.map((tag) => tag.toLowerCase().split('-')[0])];
  return candidates.find(spoken) ?? 'en';
}

const chosen = (): Lang => preferred(read(), navigator.languages);
const catalogueOf = (lang: Lang) => (lang === first.lang ? first.coming : loaders[lang]());

interface Words {
  lang: Lang;
  t: Translate;
  setLang: (lang: Lang) => void;
}

const Context = createContext<Words | null>(null);

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error('words are used outside of their provider');
  return words;
}

export function WordsProvider({ children }: { children: ReactNode }) {
  const [lang, choose] = useState<Lang>(chosen);
  const [catalogue, setCatalogue] = useState<{ lang: Lang; words: Catalogue } | null>(null);

  useEffect(() => {
    let current = true;
    void catalogueOf(lang).then(({ default: words }) => {
      if (!current) return;
      document.documentElement.lang = lang;
      setCatalogue({ lang, words });
    });
    return () => {
      current = false;
    };
  }, [lang]);

  const setLang = useCallback((next: Lang) => {
    try {
      localStorage.setItem(STORED, next);
    } catch {
      // Without a store the choice holds for this visit.
    }
    choose(next);
  }, []);

  const words = useMemo<Words | null>(
    () =>
      catalogue && { lang: catalogue.lang, setLang, t: (key, params) => fill(catalogue.words[counted(key, params, catalogue.words, catalogue.lang) as Key], params) },
    [catalogue, setLang],
  );
  return words && <Context.Provider value={words}>{children}</Context.Provider>;
}

function read(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** The words of this visit are on their way before anything is drawn. */
const first = { lang: chosen(), coming: loaders[chosen()]() };

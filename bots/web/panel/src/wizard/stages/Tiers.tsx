/** Kinds of tickets, a line for each; a line counts once it has a name and a readable price, and says what it lacks. */
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { whole } from '../../draft/bounds';
import { digitsOf, toMajor, toMinor } from '../../draft/money';
import { same } from '../../draft/merge';
import type { Tier } from '../../draft/types';
import { useWords, type Key } from '../../i18n';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { Close, Plus } from '../../ui/icons';
import { useDesk, useSnapshot } from '../desk';

interface Line {
  key: number;
  /** What the line last stood for. */
  tier: Partial<Tier>;
  name: string;
  price: string;
  quantity: string;
}

type Part = 'name' | 'price' | 'quantity';
const PARTS: readonly Part[] = ['name', 'price', 'quantity'];

/** What is wrong with an amount in this currency. */
export function priceTrouble(text: string, currency: string | null | undefined): Key | null {
  if (toMinor(text, currency) !== null) return null;
  return digitsOf(currency) === 0 ? 'tickets.error.price.whole' : 'tickets.error.price';
}

/** What is wrong with a part of a line; nothing while the whole line is blank. */
export function lineTrouble(line: Omit<Line, 'key'>, part: Part, currency: string | null | undefined): Key | null {
  if (PARTS.every((one) => line[one].trim() === '')) return null;
  if (part === 'name') return line.name.trim() === '' ? 'tickets.tier.error.name' : null;
  if (part === 'price') return priceTrouble(line.price, currency);
  return whole(line.quantity) === undefined ? 'tickets.error.count' : null;
}

/** The tier that a line stands for; while it cannot be read, the one that it stood for before. */
function tierOf(line: Omit<Line, 'key'>, currency: string | null | undefined): Partial<Tier> {
  const priceCents = toMinor(line.price, currency);
  const quantity = whole(line.quantity);
  if (!line.name.trim() || priceCents === null || quantity === undefined) return line.tier;
  return { ...line.tier, name: line.name.trim(), priceCents, quantity };
}

/** The tiers that lines stand for; lines that could not be read yet are left out. */
export function tiersOf(lines: Omit<Line, 'key'>[], currency: string | null | undefined): Tier[] {
  return lines.map((line) => tierOf(line, currency)).filter((tier): tier is Tier => tier.name !== undefined && tier.priceCents !== undefined);
}

let keys = 0;
const lineOf = (tier: Tier, currency: string | null | undefined): Line => ({
  key: (keys += 1),
  tier,
  name: tier.name,
  price: toMajor(tier.priceCents, currency),
  quantity: String(tier.quantity ?? ''),
});

export interface TierLines {
  lines: Line[];
  add: () => void;
  patch: (key: number, part: Part, text: string) => void;
  remove: (key: number) => void;
  leave: (key: number, part: Part) => void;
  trouble: (line: Line, part: Part) => Key | null;
  /** Whether every line can be read; what cannot says so from now on. */
  judge: () => boolean;
}

export function useTiers(): TierLines {
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const currency = draft.currency;
  const tiers = draft.ticketTiers ?? [];
  const [lines, setLines] = useState<Line[]>(() => tiers.map((tier) => lineOf(tier, currency)));
  // What somebody is still writing is not wrong yet.
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const written = useRef<Tier[]>(tiers);

  useEffect(() => {
    const now = draft.ticketTiers ?? [];
    if (same(now, written.current)) return;
    written.current = now;
    setLines(now.map((tier) => lineOf(tier, draft.currency)));
  }, [draft.ticketTiers, draft.currency]);

  const change = (next: Line[]) => {
    setLines(next.map((line) => ({ ...line, tier: tierOf(line, currency) })));
    const read = tiersOf(next, currency);
    if (same(read, written.current)) return;
    written.current = read;
    store.edit('ticketTiers', read);
  };
  return {
    lines,
    add: () => setLines([...lines, { key: (keys += 1), tier: {}, name: '', price: '', quantity: '' }]),
    patch: (key, part, text) => change(lines.map((line) => (line.key === key ? { ...line, [part]: text } : line))),
    remove: (key) => change(lines.filter((line) => line.key !== key)),
    leave: (key, part) => setLeft(new Set([...left, `${key} ${part}`])),
    trouble: (line, part) => (left.has(`${line.key} ${part}`) ? lineTrouble(line, part, currency) : null),
    judge: () => {
      const sound = lines.every((line) => PARTS.every((part) => lineTrouble(line, part, currency) === null));
      flushSync(() => setLeft(new Set(lines.flatMap((line) => PARTS.map((part) => `${line.key} ${part}`)))));
      if (!sound) document.querySelector<HTMLElement>('.tiers [aria-invalid=true]')?.focus();
      return sound;
    },
  };
}

export function Tiers({ tiers }: { tiers: TierLines }) {
  const { t } = useWords();
  const field = (line: Line, part: Part, more: { inputMode?: 'decimal' | 'numeric'; maxLength?: number; dir?: 'auto' }) => {
    const trouble = tiers.trouble(line, part);
    return (
      <Field label={t(`tickets.tier.${part}`)} error={trouble && t(trouble)}>
        {(control) => (
          <input
            {...control}
            {...more}
            type="text"
            value={line[part]}
            onChange={(event) => tiers.patch(line.key, part, event.target.value)}
            onBlur={() => tiers.leave(line.key, part)}
          />
        )}
      </Field>
    );
  };
  return (
    <fieldset className="tiers">
      <legend>{t('tickets.tiers')}</legend>
      <p className="soft">{t('tickets.tiers.text')}</p>
      {tiers.lines.map((line, index) => (
        <div key={line.key} className="tier" role="group" aria-label={t('tickets.tier.n', { n: index + 1 })}>
          {field(line, 'name', { maxLength: 200, dir: 'auto' })}
          {field(line, 'price', { inputMode: 'decimal' })}
          {field(line, 'quantity', { inputMode: 'numeric' })}
          <button
            type="button"
            className="icon-button"
            aria-label={t('tickets.tier.remove', { name: line.name || t('tickets.tier.n', { n: index + 1 }) })}
            onClick={() => tiers.remove(line.key)}
          >
            <Close />
          </button>
        </div>
      ))}
      <Button look="quiet" icon={<Plus />} onClick={tiers.add}>
        {t('tickets.tier.add')}
      </Button>
    </fieldset>
  );
}

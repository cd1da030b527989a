/** A person's own defaults, password, chat accounts and data. */
import type { User } from '@supabase/supabase-js';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { client } from '../api/client';
import { changeProfile, profile, type Profile } from '../api/rows';
import { RequireUser } from '../auth';
import { countries } from '../draft/countries';
import { zones } from '../draft/when';
import { LANGUAGES, useWords, type Key, type Lang } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button, ButtonLink } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';
import { CURRENCIES, currencyWords } from '../wizard/stages/CurrencySelect';
import { AccountData } from './AccountData';
import { ChatAccounts } from './ChatAccounts';
import { signFailure } from './signFailure';
import { usePasswordMin } from './usePasswordMin';

export default function Settings() {
  return <RequireUser>{(user) => <Page user={user} />}</RequireUser>;
}

function Page({ user }: { user: User }) {
  const { t } = useWords();
  useTitle(t('settings.title'));
  const query = useQuery({ queryKey: ['profile', user.id], queryFn: () => profile(user.id) });
  return (
    <Shell>
      <header className="page-head">
        <h1>{t('settings.title')}</h1>
      </header>
      <div className="settings">
        <section className="card" aria-labelledby="profile">
          <div className="section-head">
            <h2 id="profile">{t('settings.profile')}</h2>
            <p className="soft">{t('settings.profile.text')}</p>
          </div>
          <div className="section-body">
            {query.isPending && <Waiting lines={5} />}
            {query.isError && <Banner tone="bad">{failureWords(asFailure(query.error), t)}</Banner>}
            {query.isSuccess && <ProfileForm user={user} known={query.data} />}
          </div>
        </section>
        {!user.is_anonymous && <PasswordForm />}
        <ChatAccounts />
        <section className="card" aria-labelledby="hooks">
          <div className="section-head">
            <h2 id="hooks">{t('settings.hooks')}</h2>
            <p className="soft">{t('settings.hooks.text')}</p>
          </div>
          <ButtonLink to="/settings/webhooks">{t('settings.hooks.open')}</ButtonLink>
        </section>
        <AccountData user={user} />
      </div>
    </Shell>
  );
}

/** A number that can be called, in whichever way it is written; none is fine too. */
export function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  return text === '' || (/^\+?[\d\s().\-/]+$/.test(text) && digits >= 7 && digits <= 15);
}

function ProfileForm({ user, known }: { user: User; known: Profile | null }) {
  const { t, lang, setLang } = useWords();
  const cache = useQueryClient();
  const [state, setState] = useState<{ busy?: boolean; saved?: boolean; trouble?: string; phone?: boolean }>({});
  const allZones = useMemo(zones, []);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? '').trim() || null;
    if (!isPhone(text('phone') ?? '')) {
      setState({ phone: true });
      return event.currentTarget.querySelector<HTMLElement>('[name=phone]')?.focus();
    }
    setState({ busy: true });
    const patch = {
      full_name: text('full-name'),
      phone: text('phone'),
      company: text('company'),
      language: text('language'),
      timezone: text('timezone'),
      country: text('country'),
      currency: text('currency'),
    };
    try {
      await changeProfile(user.id, patch);
      if (patch.language && patch.language in LANGUAGES) setLang(patch.language as Lang);
      void cache.invalidateQueries({ queryKey: ['profile', user.id] });
      setState({ saved: true });
    } catch (thrown) {
      setState({ trouble: failureWords(asFailure(thrown), t) });
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t('login.email')}>{(control) => <input {...control} type="email" value={user.email ?? ''} readOnly />}</Field>
      <div className="pair">
        <Field label={t('settings.name')}>
          {(control) => <input {...control} name="full-name" type="text" dir="auto" autoComplete="name" maxLength={200} defaultValue={known?.full_name ?? ''} />}
        </Field>
        <Field label={t('settings.phone')} error={state.phone ? t('settings.error.phone') : null}>
          {(control) => <input {...control} name="phone" type="tel" autoComplete="tel" maxLength={50} defaultValue={known?.phone ?? ''} />}
        </Field>
      </div>
      <Field label={t('settings.company')}>
        {(control) => <input {...control} name="company" type="text" dir="auto" autoComplete="organization" maxLength={200} defaultValue={known?.company ?? ''} />}
      </Field>
      <div className="pair">
        <Field label={t('settings.language')}>
          {(control) => (
            <select {...control} name="language" defaultValue={known?.language ?? lang}>
              {(Object.keys(LANGUAGES) as Lang[]).map((one) => (
                <option key={one} value={one}>
                  {LANGUAGES[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('settings.timezone')}>
          {(control) => (
            <select {...control} name="timezone" defaultValue={known?.timezone ?? allZones[0]}>
              {[...new Set([...(known?.timezone ? [known.timezone] : []), ...allZones])].map((zone) => (
                <option key={zone} value={zone}>
                  {zone.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <div className="pair">
        <Field label={t('settings.country')}>
          {(control) => (
            <select {...control} name="country" autoComplete="country" defaultValue={known?.country ?? ''}>
              <option value="">{t('settings.currency.none')}</option>
              {countries(lang, known?.country ?? null).map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('settings.currency')}>
          {(control) => (
            <select {...control} name="currency" defaultValue={known?.currency ?? ''}>
              <option value="">{t('settings.currency.none')}</option>
              {[...new Set([...(known?.currency ? [known.currency] : []), ...CURRENCIES])].map((code) => (
                <option key={code} value={code}>
                  {currencyWords(code, lang)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {state.saved && <Banner tone="good">{t('settings.saved')}</Banner>}
      {state.trouble && <Banner tone="bad">{state.trouble}</Banner>}
      <Button type="submit" look="primary" busy={state.busy}>
        {t('settings.save')}
      </Button>
    </form>
  );
}

function PasswordForm() {
  const { t } = useWords();
  const least = usePasswordMin();
  const [state, setState] = useState<{ busy?: boolean; saved?: boolean; trouble?: Key }>({});
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const password = String(new FormData(form).get('new-password'));
    if (password.length < least) return setState({ trouble: 'login.error.weak' });
    setState({ busy: true });
    const supabase = await client();
    const { error } = await supabase.auth.updateUser({ password });
    if (!error) form.reset();
    setState(error ? { trouble: signFailure(error) } : { saved: true });
  };
  return (
    <section className="card" aria-labelledby="password">
      <div className="section-head">
        <h2 id="password">{t('settings.password')}</h2>
      </div>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t('settings.password.new')} hint={!state.trouble && t('login.password.hint', { n: least })} error={state.trouble && t(state.trouble, { n: least })}>
          {(control) => <input {...control} name="new-password" type="password" autoComplete="new-password" />}
        </Field>
        {state.saved && <Banner tone="good">{t('settings.password.saved')}</Banner>}
        <Button type="submit" busy={state.busy}>
          {t('settings.password.save')}
        </Button>
      </form>
    </section>
  );
}

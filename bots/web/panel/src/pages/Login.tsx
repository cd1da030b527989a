/** Signing in and signing up in one place; a visitor may also begin without an account where the server allows it. */
import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { Link, Navigate, useSearchParams } from 'react-router';
import * as z from 'zod/mini';
import { client } from '../api/client';
import { safeNext, useAuth } from '../auth';
import { config } from '../config';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { useTitle } from '../ui/useTitle';
import { Door } from './Door';
import { signFailure, takeLinkFailure } from './signFailure';
import { usePasswordMin } from './usePasswordMin';

const schema = (least: number) =>
  z.object({
    email: z.string().check(z.trim(), z.minLength(1, 'login.error.email'), z.regex(/^\S+@\S+$/, 'login.error.email')),
    password: z.string().check(z.minLength(1, 'login.error.password'), z.minLength(least, 'login.error.weak')),
  });

export function Login() {
  const { t } = useWords();
  const { status } = useAuth();
  const [search] = useSearchParams();
  const up = search.get('mode') === 'up';
  const next = safeNext(search.get('next'));
  const [link] = useState(takeLinkFailure);
  useTitle(up ? t('login.title.up') : t('login.submit'));
  if (status === 'in') return <Navigate to={next} replace />;
  return (
    <Door title={up ? t('login.title.up') : t('login.title')}>
      {link && <Banner tone="bad">{t(link)}</Banner>}
      <SignForm key={String(up)} up={up} />
      <GuestDoor />
    </Door>
  );
}

function SignForm({ up }: { up: boolean }) {
  const { t } = useWords();
  const [search] = useSearchParams();
  const [trouble, setTrouble] = useState<Key | null>(null);
  const [sent, setSent] = useState(false);
  const least = usePasswordMin();
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(schema(up ? least : 1)),
    defaultValues: { email: '', password: '' },
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async (values) => {
    setTrouble(null);
    const supabase = await client();
    const { data, error } = up ? await supabase.auth.signUp(values) : await supabase.auth.signInWithPassword(values);
    if (error) setTrouble(signFailure(error));
    else if (!data.session) setSent(true);
  });
  const other = new URLSearchParams(search);
  if (up) other.delete('mode');
  else other.set('mode', 'up');
  if (sent) return <Banner tone="good">{t('login.confirm')}</Banner>;
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      {trouble && <Banner tone="bad">{t(trouble, { n: least })}</Banner>}
      <Field label={t('login.email')} error={errors.email && t(errors.email.message as Key)}>
        {(control) => <input {...control} {...register('email')} type="email" autoComplete="email" inputMode="email" />}
      </Field>
      <Field label={t('login.password')} hint={up && !errors.password && t('login.password.hint', { n: least })} error={errors.password && t(errors.password.message as Key, { n: least })}>
        {(control) => <input {...control} {...register('password')} type="password" autoComplete={up ? 'new-password' : 'current-password'} />}
      </Field>
      <Button type="submit" look="primary" className="wide" busy={isSubmitting}>
        {up ? t('login.submit.up') : t('login.submit')}
      </Button>
      <p className="door-links">
        <span>
          {up ? t('login.toIn') : t('login.toUp')} <Link to={`/login?${other.toString()}`}>{up ? t('login.toIn.link') : t('login.toUp.link')}</Link>
        </span>
        {!up && <Link to="/reset">{t('login.forgot')}</Link>}
      </p>
    </form>
  );
}

function GuestDoor() {
  const { t } = useWords();
  const [offered, setOffered] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Key | null>(null);
  useEffect(() => {
    void config().then((known) => setOffered(known.anonymous));
  }, []);
  if (!offered) return null;
  const enter = async () => {
    setBusy(true);
    const supabase = await client();
    const { error } = await supabase.auth.signInAnonymously();
    if (error) setTrouble(signFailure(error));
    setBusy(false);
  };
  return (
    <div className="door-guest">
      {trouble && <Banner tone="bad">{t(trouble)}</Banner>}
      <Button look="quiet" className="wide" busy={busy} onClick={() => void enter()}>
        {t('login.guest')}
      </Button>
    </div>
  );
}

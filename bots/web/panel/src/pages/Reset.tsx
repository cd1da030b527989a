/** A forgotten password: ask for a link, and, coming back through it, choose a new one. */
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { client } from '../api/client';
import { useAuth } from '../auth';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button, ButtonLink } from '../ui/Button';
import { Field } from '../ui/Field';
import { useTitle } from '../ui/useTitle';
import { Door } from './Door';
import { signFailure, takeLinkFailure } from './signFailure';
import { usePasswordMin } from './usePasswordMin';

export default function Reset() {
  const { t } = useWords();
  const { user, recovering } = useAuth();
  useTitle(t('reset.title'));
  return <Door title={user && recovering ? t('reset.new') : t('reset.title')}>{user && recovering ? <Choose /> : <Ask />}</Door>;
}

function Ask() {
  const { t } = useWords();
  const [link] = useState(takeLinkFailure);
  const [state, setState] = useState<{ busy?: boolean; sent?: boolean; trouble?: Key }>({});
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    if (!/^\S+@\S+$/.test(email)) return setState({ trouble: 'login.error.email' });
    setState({ busy: true });
    const supabase = await client();
    const { error } = await supabase.auth.resetPasswordForEmail(email, { redirectTo: `${window.location.origin}/reset` });
    setState(error ? { trouble: signFailure(error) } : { sent: true });
  };
  if (state.sent) {
    return (
      <div className="stack">
        <Banner tone="good">{t('reset.sent')}</Banner>
        <p className="door-links">
          <Link to="/login">{t('reset.toLogin')}</Link>
        </p>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      {link && <Banner tone="bad">{t(link)}</Banner>}
      <p className="soft">{t('reset.lead')}</p>
      <Field label={t('login.email')} error={state.trouble && t(state.trouble)}>
        {(control) => <input {...control} name="email" type="email" autoComplete="email" />}
      </Field>
      <Button type="submit" look="primary" className="wide" busy={state.busy}>
        {t('reset.submit')}
      </Button>
      <p className="door-links">
        <Link to="/login">{t('reset.toLogin')}</Link>
      </p>
    </form>
  );
}

function Choose() {
  const { t } = useWords();
  const least = usePasswordMin();
  const [state, setState] = useState<{ busy?: boolean; done?: boolean; trouble?: Key }>({});
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    if (password.length < least) return setState({ trouble: 'login.error.weak' });
    setState({ busy: true });
    const supabase = await client();
    const { error } = await supabase.auth.updateUser({ password });
    setState(error ? { trouble: signFailure(error) } : { done: true });
  };
  if (state.done) {
    return (
      <div className="stack">
        <Banner tone="good">{t('reset.done')}</Banner>
        <ButtonLink look="primary" to="/dashboard">
          {t('app.dashboard')}
        </ButtonLink>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t('reset.new.label')} hint={!state.trouble && t('login.password.hint', { n: least })} error={state.trouble && t(state.trouble, { n: least })}>
        {(control) => <input {...control} name="password" type="password" autoComplete="new-password" />}
      </Field>
      <Button type="submit" look="primary" className="wide" busy={state.busy}>
        {t('reset.new.submit')}
      </Button>
    </form>
  );
}

/** Taking one's data along, ending every sign-in, and leaving for good. */
import type { User } from '@supabase/supabase-js';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { deleteAccount, exportAccount } from '../api/account';
import { client } from '../api/client';
import { asFailure } from '../api/failure';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { signFailure } from './signFailure';

export function AccountData({ user }: { user: User }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const [note, setNote] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);

  const attempt = async (work: () => Promise<void>) => {
    setNote(null);
    setBusy(true);
    try {
      await work();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setNote(failure.kind === 'notBuilt' ? t('settings.notBuilt') : failureWords(failure, t));
    }
    setBusy(false);
  };
  const download = () =>
    attempt(async () => {
      const url = URL.createObjectURL(await exportAccount());
      const link = document.createElement('a');
      link.href = url;
      link.download = 'eventos-account.json';
      link.click();
      URL.revokeObjectURL(url);
    });
  const everywhere = () =>
    attempt(async () => {
      const { error } = await (await client()).auth.signOut({ scope: 'global' });
      if (error) setNote(t(signFailure(error)));
      else await navigate('/login');
    });

  return (
    <section className="card" aria-labelledby="data">
      <div className="section-head">
        <h2 id="data">{t('settings.account')}</h2>
      </div>
      <div className="section-body">
        <div className="row between">
          <p className="soft">{t('settings.everywhere.text')}</p>
          <Button busy={busy} onClick={() => void everywhere()}>
            {t('settings.everywhere')}
          </Button>
        </div>
        <div className="row between">
          <p className="soft">{t('settings.export.text')}</p>
          <Button busy={busy} onClick={() => void download()}>
            {t('settings.export')}
          </Button>
        </div>
        <div className="row between">
          <p className="soft">{t('settings.delete.text')}</p>
          <Button look="danger" onClick={() => setAsking(true)}>
            {t('settings.delete')}
          </Button>
        </div>
        {note && <Banner tone="warn">{note}</Banner>}
      </div>
      <Dialog open={asking} onClose={() => setAsking(false)} title={t('settings.delete.confirm')} text={t('settings.delete.confirm.text')}>
        <Farewell guest={user.is_anonymous === true} />
      </Dialog>
    </section>
  );
}

/** The last question. Only the password of the account opens the way out. */
function Farewell({ guest }: { guest: boolean }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const leave = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      await deleteAccount(password);
      await (await client()).auth.signOut({ scope: 'local' });
      await navigate('/login', { state: { left: true } });
    } catch (thrown) {
      const failure = asFailure(thrown);
      setTrouble(failure.code === 'WRONG_PASSWORD' ? t('settings.delete.wrong') : failureWords(failure, t));
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void leave(event)}>
      {guest ? (
        trouble && <Banner tone="bad">{trouble}</Banner>
      ) : (
        <Field label={t('settings.delete.password')} error={trouble}>
          {(control) => (
            <input {...control} name="delete-password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
      )}
      <Button type="submit" look="danger" busy={busy} disabled={!guest && password === ''}>
        {t('settings.delete.forever')}
      </Button>
    </form>
  );
}

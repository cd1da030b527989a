/** Taking one's data along, and leaving. What the server does not offer goes away after it said so. */
import { useState } from 'react';
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

type Part = 'export' | 'delete';

export function AccountData() {
  const { t } = useWords();
  const navigate = useNavigate();
  const [absent, setAbsent] = useState<Part[]>([]);
  const [note, setNote] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');

  const attempt = async (part: Part, work: () => Promise<void>) => {
    setNote(null);
    try {
      await work();
    } catch (thrown) {
      const failure = asFailure(thrown);
      const missing = failure.kind === 'missing' || failure.kind === 'notBuilt';
      if (missing) setAbsent([...absent, part]);
      setNote(missing ? t('settings.notBuilt') : failureWords(failure, t));
    }
  };
  const download = () =>
    attempt('export', async () => {
      const url = URL.createObjectURL(await exportAccount());
      const link = document.createElement('a');
      link.href = url;
      link.download = 'eventos-account.json';
      link.click();
      URL.revokeObjectURL(url);
    });
  const leave = () =>
    attempt('delete', async () => {
      setAsking(false);
      await deleteAccount();
      await (await client()).auth.signOut({ scope: 'local' });
      await navigate('/login');
    });

  return (
    <section className="card" aria-labelledby="data">
      <h2 id="data">{t('settings.account')}</h2>
      {!absent.includes('export') && (
        <div className="row between">
          <p className="soft">{t('settings.export.text')}</p>
          <Button onClick={() => void download()}>{t('settings.export')}</Button>
        </div>
      )}
      {!absent.includes('delete') && (
        <div className="row between">
          <p className="soft">{t('settings.delete.text')}</p>
          <Button look="danger" onClick={() => setAsking(true)}>
            {t('settings.delete')}
          </Button>
        </div>
      )}
      {note && <Banner tone="warn">{note}</Banner>}
      <Dialog open={asking} onClose={() => setAsking(false)} title={t('settings.delete.confirm')} text={t('settings.delete.confirm.text', { word: t('settings.delete.word') })}>
        <div className="stack">
          <Field label={t('settings.delete.label')}>
            {(control) => <input {...control} type="text" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />}
          </Field>
          <Button look="danger" disabled={typed !== t('settings.delete.word')} onClick={() => void leave()}>
            {t('settings.delete')}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}

/** Events from another program's calendar or table: first seen, then made. */
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { importEvents, previewImport, type ImportedEvent, type ImportPreview } from '../api/events';
import { asFailure } from '../api/failure';
import { RequireUser } from '../auth';
import { dayWords, hourWords, splitLocal } from '../draft/when';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { Check } from '../ui/Check';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { FilePick } from '../ui/FilePick';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';

export default function Import() {
  return <RequireUser>{() => <ImportPage />}</RequireUser>;
}

function ImportPage() {
  const { t } = useWords();
  const navigate = useNavigate();
  useTitle(t('import.title'));
  const [file, setFile] = useState<File | null>(null);
  const [seen, setSeen] = useState<ImportPreview | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [known, setKnown] = useState(0);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setTrouble(null);
    setKnown(0);
    try {
      await work();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setTrouble(failure.status === 422 ? t('import.nothing') : failureWords(failure, t));
    } finally {
      setBusy(false);
    }
  };
  const look = (picked: File | null) => {
    setFile(picked);
    setSeen(null);
    if (!picked) return;
    void attempt(async () => {
      const found = await previewImport(picked);
      setSeen(found);
      setChosen(new Set(found.events.map((one) => one.index)));
    });
  };
  const take = () => {
    if (!file) return;
    void attempt(async () => {
      const taken = await importEvents(file, [...chosen]);
      if (taken.events.length > 0) await navigate('/dashboard');
      else setKnown(taken.known);
    });
  };
  const turn = (index: number) => {
    const next = new Set(chosen);
    if (!next.delete(index)) next.add(index);
    setChosen(next);
  };
  return (
    <Shell>
      <header className="page-head">
        <div>
          <h1>{t('import.title')}</h1>
          <p className="soft">{t('import.text')}</p>
        </div>
      </header>
      <div className="card stack">
        <Field label={t('import.file')} hint={t('import.file.hint')}>
          {(control) => <FilePick control={control} accept=".ics,.csv,text/calendar,text/csv" name={file?.name ?? null} onPick={look} />}
        </Field>
        {trouble && <Banner tone="bad">{trouble}</Banner>}
        {busy && !seen && <Waiting lines={3} />}
        <p className="unseen" role="status">{seen ? t('import.found', { n: seen.events.length }) : ''}</p>
      </div>
      {seen && (
        <section className="card stack" aria-labelledby="found">
          <h2 id="found">{t('import.found', { n: seen.events.length })}</h2>
          {seen.passedOver > 0 && <p className="soft">{t('import.passed', { n: seen.passedOver })}</p>}
          <ul className="guests">
            {seen.events.map((one) => (
              <Found key={one.index} event={one} chosen={chosen.has(one.index)} onTurn={() => turn(one.index)} />
            ))}
          </ul>
          {known > 0 && <Banner>{t('import.known', { n: known })}</Banner>}
          <Button look="primary" busy={busy} disabled={chosen.size === 0} onClick={take}>
            {t('import.take', { n: chosen.size })}
          </Button>
        </section>
      )}
    </Shell>
  );
}

function Found({ event, chosen, onTurn }: { event: ImportedEvent; chosen: boolean; onTurn: () => void }) {
  const { t, lang } = useWords();
  const text = (name: string) => (typeof event.fields[name] === 'string' ? event.fields[name] : null);
  const { date, time } = splitLocal(text('dateTime'), text('timezone'));
  const day = date ? dayWords(date, lang) : t('dash.noDate');
  return (
    <li className="guest found">
      <Check checked={chosen} onChange={onTurn}>
        <strong>{text('name') ?? t('dash.untitled')}</strong>
      </Check>
      <div className="guest-about">
        <p className="soft">{[day, time && hourWords(time, lang), text('place')].filter(Boolean).join(' · ')}</p>
        {event.notes.length > 0 && (
          <ul className="soft">
            {event.notes.map((note) => (
              <li key={note.field + note.text}>{note.text}</li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** A word to everybody who has a ticket; sent again after a failure it reaches nobody twice. */
import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { writeToAll } from '../api/sales';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';

export function LetterToAll({ event, count }: { event: string; count: number }) {
  const { t } = useWords();
  const [id, setId] = useState(() => crypto.randomUUID());
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [note, setNote] = useState<{ tone: 'good' | 'bad'; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const send = (submitted: FormEvent) => {
    submitted.preventDefault();
    if (!title.trim() || !text.trim()) {
      setNote({ tone: 'bad', text: t('sales.letter.empty') });
      return;
    }
    setBusy(true);
    writeToAll(event, id, title, text)
      .then((sent) => {
        setNote({ tone: 'good', text: t('sales.letter.sent', { n: sent.count }) });
        setId(crypto.randomUUID());
        setTitle('');
        setText('');
      })
      .catch((thrown: unknown) => setNote({ tone: 'bad', text: failureWords(asFailure(thrown), t) }))
      .finally(() => setBusy(false));
  };
  return (
    <section className="card" aria-labelledby="letter">
      <h2 id="letter">{t('sales.letter')}</h2>
      <form className="stack" onSubmit={send}>
        <p className="soft">{count === 0 ? t('sales.noGuests') : t('sales.letter.to', { n: count })}</p>
        {note && <Banner tone={note.tone}>{note.text}</Banner>}
        <Field label={t('sales.letter.title')}>
          {(control) => <input {...control} maxLength={150} value={title} onChange={(typed) => setTitle(typed.target.value)} />}
        </Field>
        <Field label={t('sales.letter.text')}>
          {(control) => <textarea {...control} rows={5} maxLength={5000} value={text} onChange={(typed) => setText(typed.target.value)} />}
        </Field>
        <Button type="submit" look="primary" busy={busy} disabled={count === 0}>{t('sales.letter.send')}</Button>
      </form>
    </section>
  );
}

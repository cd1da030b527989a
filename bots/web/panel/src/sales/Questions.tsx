/** What is asked of whoever orders: made, seen and taken away by the organizer. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { client, rows } from '../api/client';
import { asFailure } from '../api/failure';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';

interface Question {
  id: string;
  question: string;
  required: boolean;
  position: number;
}

async function questions(event: string): Promise<Question[]> {
  const supabase = await client();
  return rows<Question[]>(
    await supabase.from('event_questions').select('id,question,required,position').eq('event_id', event).order('position').order('created_at'),
  );
}

export function Questions({ event }: { event: string }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const found = useQuery({ queryKey: ['questions', event], queryFn: () => questions(event), staleTime: 0 });
  const [text, setText] = useState('');
  const [required, setRequired] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const change = async (work: () => Promise<void>) => {
    try {
      await work();
      setError(null);
    } catch (thrown) {
      setError(failureWords(asFailure(thrown), t));
    }
    void cache.invalidateQueries({ queryKey: ['questions', event] });
  };
  const add = (submitted: FormEvent) => {
    submitted.preventDefault();
    const question = text.trim();
    if (!question) {
      setError(t('ask.empty'));
      return;
    }
    void change(async () => {
      const supabase = await client();
      const position = (found.data?.length ?? 0) + 1;
      rows(await supabase.from('event_questions').insert({ event_id: event, question, required, position }));
      setText('');
      setRequired(false);
    });
  };
  const remove = (id: string) =>
    void change(async () => {
      const supabase = await client();
      rows(await supabase.from('event_questions').delete().eq('id', id));
    });
  return (
    <section className="card stack" aria-labelledby="questions">
      <h2 id="questions">{t('ask.title')}</h2>
      <p className="soft">{t('ask.text')}</p>
      {found.isError && <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>}
      {found.data && found.data.length > 0 && (
        <ul className="guests">
          {found.data.map((one) => (
            <li key={one.id} className="guest">
              <div>
                <strong>{one.question}</strong>
                <p className="soft">{t(one.required ? 'ask.required' : 'ask.optional')}</p>
              </div>
              <Button look="quiet" aria-label={`${t('codes.remove')}: ${one.question}`} onClick={() => remove(one.id)}>{t('codes.remove')}</Button>
            </li>
          ))}
        </ul>
      )}
      <form className="stack" onSubmit={add}>
        <Field label={t('ask.question')} error={error}>
          {(control) => <input {...control} value={text} maxLength={300} onChange={(typed) => setText(typed.target.value)} />}
        </Field>
        <label className="check">
          <input type="checkbox" checked={required} onChange={(chosen) => setRequired(chosen.target.checked)} />
          <span>{t('ask.must')}</span>
        </label>
        <Button type="submit">{t('ask.add')}</Button>
      </form>
    </section>
  );
}

/** What is asked of whoever orders: made, seen and taken away by the organizer. */
import { useState } from 'react';
import { client, rows } from '../api/client';
import { useWords } from '../i18n';
import { Check } from '../ui/Check';
import { Field } from '../ui/Field';
import { OwnList } from './OwnList';
import { useOwnRows } from './useOwnRows';

interface Question {
  id: string;
  question: string;
  required: boolean;
}

async function questions(event: string): Promise<Question[]> {
  const supabase = await client();
  return rows<Question[]>(await supabase.from('event_questions').select('id,question,required').eq('event_id', event).order('position').order('created_at'));
}

async function remove({ id }: Question): Promise<void> {
  const supabase = await client();
  rows(await supabase.from('event_questions').delete().eq('id', id));
}

export function Questions({ event }: { event: string }) {
  const { t } = useWords();
  const list = useOwnRows('questions', event, questions);
  const [text, setText] = useState('');
  const [required, setRequired] = useState(false);
  const add = () => {
    const question = text.trim();
    if (!question) return list.setTrouble(t('ask.empty'));
    void list.change(async () => {
      const supabase = await client();
      const position = (list.found.data?.length ?? 0) + 1;
      rows(await supabase.from('event_questions').insert({ event_id: event, question, required, position }));
      setText('');
      setRequired(false);
    });
  };
  return (
    <OwnList
      id="questions"
      title={t('ask.title')}
      text={t('ask.text')}
      list={list}
      show={(one) => ({ name: one.question, about: t(one.required ? 'ask.required' : 'ask.optional') })}
      removeWords={t('codes.remove')}
      onRemove={remove}
      addWords={t('ask.add')}
      onAdd={add}
    >
      <Field label={t('ask.question')} error={list.trouble}>
        {(control) => <input {...control} value={text} maxLength={300} onChange={(typed) => setText(typed.target.value)} />}
      </Field>
      <Check checked={required} onChange={setRequired}>{t('ask.must')}</Check>
    </OwnList>
  );
}

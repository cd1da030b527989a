/** Changing a published event. The write is refused when somebody else changed it meanwhile; then the newer values are shown. */
import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { asFailure } from '../api/failure';
import { changeEvent } from '../api/rows';
import { draftOf, type EventRow } from '../draft/row';
import { joinLocal, splitLocal } from '../draft/when';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { whole } from '../wizard/useStageForm';

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, 'basics.error.name'), z.maxLength(300, 'basics.error.name.long')),
  description: z.string(),
  place: z.string().check(z.maxLength(500)),
  date: z.string(),
  time: z.string(),
  duration: z.string().check(z.refine((text) => whole(text) !== undefined, 'when.error.duration')),
  capacity: z.string().check(z.refine((text) => whole(text) !== undefined, 'tickets.error.count')),
  visibility: z.enum(['public', 'private']),
});
type Values = z.infer<typeof schema>;

interface EventEditProps {
  event: EventRow;
  onSaved: (changed: EventRow) => void;
  onStale: () => void;
  onClose: () => void;
}

function valuesOf(event: EventRow): Values {
  const draft = draftOf(event);
  const { date, time } = splitLocal(draft.dateTime, draft.timezone);
  return {
    name: event.name ?? '',
    description: event.description ?? '',
    place: event.place ?? '',
    date,
    time,
    duration: String(event.duration ?? ''),
    capacity: String(event.capacity ?? ''),
    visibility: event.visibility === 'private' ? 'private' : 'public',
  };
}

/** Only the columns whose value is another now. */
export function patchOf(event: EventRow, values: Values): Partial<EventRow> {
  const before = valuesOf(event);
  const patch: Partial<EventRow> = {};
  if (values.name.trim() !== before.name) patch.name = values.name.trim();
  if (values.description !== before.description) patch.description = values.description || null;
  if (values.place.trim() !== before.place) patch.place = values.place.trim() || null;
  if (values.date !== before.date || values.time !== before.time) patch.starts_local = joinLocal(values.date, values.time);
  if (values.duration !== before.duration) patch.duration = whole(values.duration) ?? null;
  if (values.capacity !== before.capacity) patch.capacity = whole(values.capacity) ?? null;
  if (values.visibility !== before.visibility) patch.visibility = values.visibility;
  return patch;
}

export function EventEdit({ event, onSaved, onStale, onClose }: EventEditProps) {
  const { t } = useWords();
  const [note, setNote] = useState<{ tone: 'good' | 'bad' | 'warn'; text: string } | null>(null);
  const form = useForm<Values>({ resolver: zodResolver(schema), values: valuesOf(event) });
  const { errors, isSubmitting } = form.formState;
  const error = (name: keyof Values) => errors[name]?.message && t(errors[name].message as Key);
  const submit = form.handleSubmit(async (values) => {
    const patch = patchOf(event, values);
    setNote(null);
    if (Object.keys(patch).length === 0) return onClose();
    try {
      onSaved(await changeEvent(event.id, patch, event.updated_at));
      const tells = 'starts_local' in patch || 'duration' in patch || 'place' in patch;
      setNote({ tone: 'good', text: t(tells ? 'event.edit.savedTold' : 'event.edit.saved') });
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.status === 409) {
        setNote({ tone: 'warn', text: t('event.edit.conflict') });
        onStale();
      } else if (failure.status === 422) setNote({ tone: 'bad', text: t('event.edit.sold') });
      else setNote({ tone: 'bad', text: failureWords(failure, t) });
    }
  });
  return (
    <form className="stack" onSubmit={(event_) => void submit(event_)} noValidate>
      <Field label={t('basics.name')} error={error('name')}>
        {(control) => <input {...control} {...form.register('name')} type="text" />}
      </Field>
      <Field label={t('basics.description')}>
        {(control) => <textarea {...control} {...form.register('description')} rows={5} />}
      </Field>
      <Field label={t('event.edit.place')}>{(control) => <input {...control} {...form.register('place')} type="text" maxLength={500} />}</Field>
      <div className="pair">
        <Field label={t('when.date')}>{(control) => <input {...control} {...form.register('date')} type="date" />}</Field>
        <Field label={t('when.time')}>{(control) => <input {...control} {...form.register('time')} type="time" />}</Field>
      </div>
      <div className="pair">
        <Field label={t('when.duration')} error={error('duration')}>
          {(control) => <input {...control} {...form.register('duration')} type="text" inputMode="numeric" />}
        </Field>
        <Field label={t('tickets.capacity')} error={error('capacity')}>
          {(control) => <input {...control} {...form.register('capacity')} type="text" inputMode="numeric" />}
        </Field>
      </div>
      <Field label={t('review.visibility')}>
        {(control) => (
          <select {...control} {...form.register('visibility')}>
            <option value="public">{t('review.public')}</option>
            <option value="private">{t('review.private')}</option>
          </select>
        )}
      </Field>
      {note && <Banner tone={note.tone}>{note.text}</Banner>}
      <div className="row">
        <Button type="submit" look="primary" busy={isSubmitting}>
          {t('event.edit.save')}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {t('app.close')}
        </Button>
      </div>
    </form>
  );
}

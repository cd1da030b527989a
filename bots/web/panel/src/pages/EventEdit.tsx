/** Changing a published event. What somebody else changed meanwhile is taken over, and nothing that was typed is lost. */
import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { asFailure } from '../api/failure';
import { changeEvent, eventById } from '../api/rows';
import { useAuth } from '../auth';
import { capacityText, descriptionText, minutesText, nameText, placeText, whole } from '../draft/bounds';
import { overlay, type Conflict } from '../draft/merge';
import { draftOf, type EventRow } from '../draft/row';
import type { Draft } from '../draft/types';
import { joinLocal, splitLocal } from '../draft/when';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { ConflictCard } from '../wizard/ConflictCard';
import { useEventEdits } from './useEventEdits';
import '../styles/wizard.css';

const schema = z.object({
  name: nameText,
  description: descriptionText,
  place: placeText,
  date: z.string(),
  time: z.string(),
  duration: minutesText,
  capacity: capacityText,
  visibility: z.enum(['public', 'private']),
});
type Values = z.infer<typeof schema>;

interface EventEditProps {
  event: EventRow;
  onSaved: (changed: EventRow) => void;
  onStale: () => void;
  onClose: () => void;
}

/** How often a write may meet a newer event before the organizer is asked to try again. */
const ROUNDS = 4;

function valuesOf(draft: Draft): Values {
  const { date, time } = splitLocal(draft.dateTime, draft.timezone);
  return {
    name: draft.name ?? '',
    description: draft.description ?? '',
    place: draft.place ?? '',
    date,
    time,
    duration: String(draft.duration ?? ''),
    capacity: String(draft.capacity ?? ''),
    visibility: draft.visibility === 'private' ? 'private' : 'public',
  };
}

/** What the form means to the draft; undefined for what cannot be read yet. */
function meant(values: Values): Partial<Draft> {
  const { name, description, place, date, time, duration, capacity, visibility } = values;
  return { name, description, place, dateTime: joinLocal(date, time), duration: whole(duration), capacity: whole(capacity), visibility };
}

/** Only the columns whose value is another now. */
export function patchOf(event: EventRow, values: Values): Partial<EventRow> {
  const before = valuesOf(draftOf(event));
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
  const { user } = useAuth();
  const [note, setNote] = useState<{ tone: 'good' | 'bad'; text: string } | null>(null);
  const mine = useEventEdits(event, user?.id ?? '');
  const [kept, setKept] = useState(Object.keys(mine.edits).length > 0);
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: valuesOf(mine.draft), mode: 'onTouched' });
  const { errors, isSubmitting } = form.formState;
  const error = (name: keyof Values) => errors[name]?.message && t(errors[name].message as Key);
  const typed = () => void mine.type(meant(form.getValues()));
  /** Shows the event as it is now, with what was typed over it; the conflicts that are left. */
  const show = ({ server, edits, conflicts }: ReturnType<typeof mine.discard>): Conflict[] => {
    form.reset(valuesOf(overlay(server, edits)));
    return conflicts;
  };
  useEffect(() => {
    typed();
    show(mine.take(event));
    // Another event only: what is typed changes none.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [event.updated_at]);
  const submit = form.handleSubmit(async () => {
    setNote(null);
    setKept(false);
    typed();
    // What was changed in two places is decided first; the question stands below.
    if (mine.conflicts.length > 0) return document.querySelector<HTMLElement>('.conflict button')?.focus();
    let latest = event;
    for (let round = 1; ; round += 1) {
      const patch = patchOf(latest, form.getValues());
      if (Object.keys(patch).length === 0) return onClose();
      try {
        onSaved(await changeEvent(event.id, patch, latest.updated_at));
        const tells = 'starts_local' in patch || 'duration' in patch || 'place' in patch;
        return setNote({ tone: 'good', text: t(tells ? 'event.edit.savedTold' : 'event.edit.saved') });
      } catch (thrown) {
        const failure = asFailure(thrown);
        const now = failure.status === 409 && round < ROUNDS ? await eventById(event.id).catch(() => null) : null;
        if (!now) {
          if (failure.status === 409) onStale();
          return setNote({ tone: 'bad', text: failure.status === 422 ? t('event.edit.sold') : failureWords(failure, t) });
        }
        latest = now;
        const asked = show(mine.take(now));
        onSaved(now);
        if (asked.length > 0) return;
      }
    }
  });
  return (
    <form className="stack" onSubmit={(event_) => void submit(event_)} onChange={typed} noValidate>
      {kept && (
        <Banner action={<Button onClick={() => (setKept(false), show(mine.discard()))}>{t('event.edit.discard')}</Button>}>{t('event.edit.kept')}</Banner>
      )}
      <Field label={t('basics.name')} error={error('name')}>
        {(control) => <input {...control} {...form.register('name')} type="text" dir="auto" />}
      </Field>
      <Field label={t('basics.description')} error={error('description')}>
        {(control) => <textarea {...control} {...form.register('description')} rows={5} dir="auto" />}
      </Field>
      <Field label={t('event.edit.place')} error={error('place')}>
        {(control) => <input {...control} {...form.register('place')} type="text" dir="auto" />}
      </Field>
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
      {mine.conflicts.map((conflict) => (
        <ConflictCard key={conflict.field} conflict={conflict} draft={mine.draft} onDecide={(yours) => show(mine.decide(conflict, yours))} />
      ))}
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

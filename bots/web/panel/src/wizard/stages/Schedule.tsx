/** Stage 3: the day, the hour, the length. The clock is the event's own; a past day is said, not refused. */
import * as z from 'zod/mini';
import { useMemo } from 'react';
import { minutesText, whole } from '../../draft/bounds';
import { durationWords, endWords, hourWords, isPast, joinLocal, plusMinutes, splitLocal, zones } from '../../draft/when';
import { useWords } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { StageFrame } from '../StageFrame';
import { hasNoClock, useOwn } from '../useOwn';
import { useStageForm, words, type Slots } from '../useStageForm';

const schema = z.object({
  'event-date': z.string(),
  'event-time': z.string(),
  duration: minutesText,
  timezone: z.string(),
  repeat: z.string(),
});
type Values = z.infer<typeof schema>;

// A day alone and an hour alone are kept too, until the other comes.
const moment = (values: Values) => joinLocal(values['event-date'], values['event-time']) ?? words(values['event-time']);

const slots: Slots<Values> = {
  'event-date': { field: 'dateTime', show: (draft) => splitLocal(draft.dateTime, draft.timezone).date, read: moment },
  'event-time': { field: 'dateTime', show: (draft) => splitLocal(draft.dateTime, draft.timezone).time, read: moment },
  duration: { field: 'duration', show: (draft) => String(draft.duration ?? ''), read: (values) => whole(values.duration) },
  timezone: { field: 'timezone', show: (draft) => draft.timezone ?? '', read: (values) => words(values.timezone) },
  repeat: { field: 'recurrence', show: (draft) => draft.recurrence ?? '', read: (values) => words(values.repeat) },
};

const LENGTHS = [60, 120, 180, 240, 480];
const RULES = { daily: 'FREQ=DAILY', weekly: 'FREQ=WEEKLY', monthly: 'FREQ=MONTHLY' } as const;

export function Schedule() {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const snapshot = useSnapshot();
  const { draft } = snapshot;
  const { form, errorOf, submit, busy } = useStageForm(3, schema, slots);
  const known = useMemo(zones, []);
  const own = useOwn();
  const zone = draft.timezone ?? '';
  // Where nothing else tells, the hours count by the organizer's own clock; nobody's is guessed.
  const clock = draft.timezone ?? own?.timezone;
  const { date, time } = splitLocal(draft.dateTime, draft.timezone);
  const starts = joinLocal(date, time);
  const ends = starts && time && draft.duration ? plusMinutes(starts, draft.duration) : null;
  const rules: string[] = Object.values(RULES);
  return (
    <StageFrame stage={3} heading={t('when.heading')} lead={t('wizard.later')} busy={busy} onSubmit={submit(() => store.goTo(4))}>
      <div className="pair">
        <Field label={t('when.date')} error={errorOf('event-date')} note={<Source field="dateTime" />}>
          {(control) => <input {...control} {...form.register('event-date')} type="date" />}
        </Field>
        <Field label={t('when.time')} hint={time && !date ? t('when.day') : undefined}>
          {(control) => <input {...control} {...form.register('event-time')} type="time" />}
        </Field>
      </div>
      {clock && starts && <ClockNotice starts={starts} zone={clock} />}
      {isPast(draft.dateTime, clock, new Date()) && <Banner tone="warn">{t('when.past')}</Banner>}
      <Field
        label={t('when.duration')}
        hint={draft.duration ? `${durationWords(draft.duration, lang)}${ends ? ` · ${t('when.ends', { time: endWords(ends, date, lang) })}` : ''}` : undefined}
        error={errorOf('duration')}
        note={<Source field="duration" />}
      >
        {(control) => <input {...control} {...form.register('duration')} type="text" inputMode="numeric" autoComplete="off" />}
      </Field>
      <div className="chips" role="group" aria-label={t('when.quick')}>
        {LENGTHS.map((minutes) => (
          <button key={minutes} type="button" className="chip" aria-pressed={draft.duration === minutes} onClick={() => store.edit('duration', minutes)}>
            {durationWords(minutes, lang)}
          </button>
        ))}
      </div>
      <div className="pair">
        <Field label={t('when.timezone')} error={errorOf('timezone')} note={<Source field="timezone" />}>
          {(control) => (
            <select {...control} {...form.register('timezone')}>
              <option value="">{own?.timezone ? t('settings.own', { value: zoneWords(own.timezone) }) : t('when.timezone.choose')}</option>
              {[...new Set([...(zone ? [zone] : []), ...known])].map((one) => (
                <option key={one} value={one}>
                  {zoneWords(one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('when.repeat')} error={errorOf('repeat')} note={<Source field="recurrence" />}>
          {(control) => (
            <select {...control} {...form.register('repeat')}>
              <option value="">{t('when.repeat.none')}</option>
              {(Object.keys(RULES) as (keyof typeof RULES)[]).map((one) => (
                <option key={one} value={RULES[one]}>
                  {t(`when.repeat.${one}`)}
                </option>
              ))}
              {draft.recurrence && !rules.includes(draft.recurrence) && <option value={draft.recurrence}>{t('when.repeat.other')}</option>}
            </select>
          )}
        </Field>
      </div>
      {hasNoClock(snapshot, own) && <AskZone onTake={(here) => store.edit('timezone', here)} />}
    </StageFrame>
  );
}

const zoneWords = (zone: string) => zone.replaceAll('_', ' ');

/** An hour that the clocks skip or show twice on that day, as the server says; until it has what is in the fields it says nothing. */
function ClockNotice({ starts, zone }: { starts: string; zone: string }) {
  const { t, lang } = useWords();
  const { clock, edits } = useSnapshot();
  const counts = clock?.counts.slice(0, 16);
  if (!clock || counts !== starts || edits.timezone) return null;
  const hour = (local: string) => hourWords(local.slice(11, 16), lang);
  const said = { asked: hour(clock.asked), zone: zoneWords(zone) };
  return <Banner tone="warn">{clock.kind === 'twice' ? t('when.twice', said) : t('when.skipped', { ...said, instead: hour(clock.counts) })}</Banner>;
}

/** Neither the place nor the organizer tells the clock: this browser's is offered, and taken by a press. */
function AskZone({ onTake }: { onTake: (zone: string) => void }) {
  const { t } = useWords();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Banner tone="warn" action={<Button onClick={() => onTake(here)}>{t('when.timezone.take', { zone: zoneWords(here) })}</Button>}>
      {t('when.timezone.ask')}
    </Banner>
  );
}

/** The same event once more: on another day, or on all the days of its series. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link, useNavigate } from 'react-router';
import { copyEvent, laySeries } from '../api/events';
import { asFailure } from '../api/failure';
import type { EventRow } from '../draft/row';
import { dayWords } from '../draft/when';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';

export function Again({ event }: { event: EventRow }) {
  const { t } = useWords();
  const navigate = useNavigate();
  // The same press twice is one copy.
  const [id] = useState(() => crypto.randomUUID());
  const [day, setDay] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const again = async (submitted: FormEvent) => {
    submitted.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      const { sessionId } = await copyEvent(event.id, id, day || null);
      await navigate(`/wizard/${sessionId}`);
    } catch (thrown) {
      setTrouble(failureWords(asFailure(thrown), t));
      setBusy(false);
    }
  };
  return (
    <section className="card stack" aria-labelledby="again">
      <h2 id="again">{t('event.duplicate')}</h2>
      <p className="soft">{t('event.duplicate.text')}</p>
      {trouble && <Banner tone="bad">{trouble}</Banner>}
      <form className="stack" onSubmit={(submitted) => void again(submitted)}>
        <Field label={t('again.day')} hint={t('again.day.hint')}>
          {(control) => <input {...control} type="date" value={day} onChange={(typed) => setDay(typed.target.value)} />}
        </Field>
        <Button type="submit" busy={busy}>{t('event.duplicate')}</Button>
      </form>
      <Series event={event} />
    </section>
  );
}

const RULES = ['FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2', 'FREQ=MONTHLY', 'FREQ=DAILY', 'FREQ=YEARLY'] as const;

/** Each day a draft of its own, with its own tickets. */
function Series({ event }: { event: EventRow }) {
  const { t, lang } = useWords();
  const cache = useQueryClient();
  const [rule, setRule] = useState<string>(event.recurrence ?? RULES[0]);
  const [count, setCount] = useState('4');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [made, setMade] = useState<{ eventId: string; starts: string }[] | null>(null);
  const lay = async (submitted: FormEvent) => {
    submitted.preventDefault();
    const days = Number(count);
    if (!Number.isInteger(days) || days < 2 || days > 100) {
      setTrouble(t('series.wrong'));
      return;
    }
    if (!event.starts_local) {
      setTrouble(t('series.noDay'));
      return;
    }
    setBusy(true);
    setTrouble(null);
    try {
      setMade((await laySeries(event.id, days, rule)).events);
      // From here on the page shows the dates together.
      await Promise.all(['event', 'series'].map((kind) => cache.invalidateQueries({ queryKey: [kind, event.id] })));
    } catch (thrown) {
      const failure = asFailure(thrown);
      setTrouble(failure.status === 422 ? t('series.unfit') : failureWords(failure, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <details>
      <summary>{t('series.title')}</summary>
      <form className="stack" onSubmit={(submitted) => void lay(submitted)}>
        <p className="soft">{t('series.text')}</p>
        <div className="pair">
          <Field label={t('series.rule')}>
            {(control) => (
              <select {...control} value={rule} onChange={(chosen) => setRule(chosen.target.value)}>
                {event.recurrence && !RULES.some((one) => one === event.recurrence) && <option value={event.recurrence}>{t('series.own')}</option>}
                <option value={RULES[0]}>{t('series.weekly')}</option>
                <option value={RULES[1]}>{t('series.fortnightly')}</option>
                <option value={RULES[2]}>{t('series.monthly')}</option>
                <option value={RULES[3]}>{t('series.daily')}</option>
                <option value={RULES[4]}>{t('series.yearly')}</option>
              </select>
            )}
          </Field>
          <Field label={t('series.count')} error={trouble}>
            {(control) => <input {...control} inputMode="numeric" value={count} onChange={(typed) => setCount(typed.target.value)} />}
          </Field>
        </div>
        <Button type="submit" busy={busy}>{t('series.lay')}</Button>
      </form>
      {made && (
        <div role="status" className="stack">
          <p>{made.length > 0 ? t('series.made', { n: made.length }) : t('series.none')}</p>
          <ul className="series-dates">
            {made.map((one) => (
              <li key={one.eventId}>
                <Link to={`/dashboard/events/${one.eventId}`}>{dayWords(one.starts.slice(0, 10), lang)}</Link>
              </li>
            ))}
          </ul>
        </div>
      )}
    </details>
  );
}

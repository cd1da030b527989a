/** Sales as pictures: bars of plain SVG beside words, with the same figures as a table for those who listen. */
import type { Summary } from '../api/sales';
import { money } from '../draft/money';
import { dayWords, shortDay } from '../draft/when';
import { useWords } from '../i18n';

/** So many bars have room for their figures, also on a phone. */
const SPACIOUS = 8;

/** Tickets for each day on which some were sold. */
export function Days({ summary }: { summary: Summary }) {
  const { t, lang } = useWords();
  const { days } = summary;
  if (days.length === 0) return <p className="soft">{t('sales.none')}</p>;
  const most = Math.max(...days.map((day) => day.tickets), 1);
  const spacious = days.length <= SPACIOUS;
  return (
    <figure className="chart">
      <div className={`days${spacious ? '' : ' tight'}`} role="img" aria-label={t('sales.days.label', { n: days.length, total: summary.sold })}>
        {days.map(({ day, tickets }) => (
          <div key={day}>
            {spacious && <span>{tickets}</span>}
            <svg viewBox="0 0 10 100" preserveAspectRatio="none">
              <rect className="bar" width="10" y={100 - Math.max((tickets / most) * 100, 2)} height="100" />
            </svg>
            {spacious && <span>{shortDay(day, lang)}</span>}
          </div>
        ))}
      </div>
      <details>
        <summary>{t('sales.asTable')}</summary>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('sales.day')}</th>
              <th scope="col">{t('sales.tickets')}</th>
              <th scope="col">{t('sales.earned')}</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.day}>
                <th scope="row">{dayWords(day.day, lang)}</th>
                <td>{day.tickets}</td>
                <td>{money(day.cents, summary.currency, lang)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** How far people come: from an order that was begun to a guest who is there. */
export function Funnel({ summary }: { summary: Summary }) {
  const { t } = useWords();
  const steps = (['begun', 'paid', 'kept', 'came'] as const).map((step) => ({ step, count: summary.funnel[step] }));
  const most = Math.max(...steps.map(({ count }) => count), 1);
  return (
    <ol className="funnel">
      {steps.map(({ step, count }) => (
        <li key={step}>
          <span>{t(`sales.funnel.${step}`)}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect className="bar-ground" width="100" height="8" />
            <rect className="bar" width={(count / most) * 100} height="8" />
          </svg>
          <strong>{count}</strong>
        </li>
      ))}
    </ol>
  );
}

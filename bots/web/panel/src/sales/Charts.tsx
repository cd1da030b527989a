/** Sales as pictures: plain SVG, with the same figures as a table for those who listen. */
import type { Summary } from '../api/sales';
import { money } from '../draft/money';
import { dayWords } from '../draft/when';
import { useWords } from '../i18n';

const WIDTH = 640;
const HEIGHT = 160;

/** Tickets for each day on which some were sold. */
export function Days({ summary }: { summary: Summary }) {
  const { t, lang } = useWords();
  const { days } = summary;
  if (days.length === 0) return <p className="soft">{t('sales.none')}</p>;
  const most = Math.max(...days.map((day) => day.tickets), 1);
  const step = WIDTH / days.length;
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('sales.days.label', { n: days.length, total: summary.sold })}>
        {days.map((day, at) => {
          const tall = Math.max((day.tickets / most) * (HEIGHT - 24), 2);
          return (
            <g key={day.day}>
              <rect className="bar" x={at * step + step * 0.1} y={HEIGHT - tall} width={Math.min(step * 0.8, 48)} height={tall} rx="3" />
              {days.length <= 20 && (
                <text className="bar-text" x={at * step + step * 0.1} y={HEIGHT - tall - 6}>
                  {day.tickets}
                </text>
              )}
            </g>
          );
        })}
      </svg>
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
            <rect className="bar" width={Math.max((count / most) * 100, 0.5)} height="8" rx="2" />
          </svg>
          <strong>{count}</strong>
        </li>
      ))}
    </ol>
  );
}

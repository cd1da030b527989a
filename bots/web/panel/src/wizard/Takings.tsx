/** What one ticket of each kind brings: price, tax and fees as the server counts and takes them, for the draft as it is saved. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { paymentsState, type Fee, type Taking, type Takings as Counted } from '../api/payments';
import { money } from '../draft/money';
import { useWords } from '../i18n';
import { regional } from '../i18n/regional';
import { useSnapshot } from './desk';

export function Takings() {
  const { t } = useWords();
  const { server, revision } = useSnapshot();
  const event = server.id;
  const state = useQuery({
    queryKey: ['takings', event, revision],
    queryFn: () => paymentsState({ event: event ?? '' }),
    enabled: !!event,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const counted = state.data?.takings;
  const paid = counted?.tickets.filter((one) => one.priceCents > 0) ?? [];
  if (!counted || !state.data || paid.length === 0) return null;
  return (
    <section className="fees" aria-labelledby="fees">
      <h3 id="fees">{t('pay.fees')}</h3>
      <div className="fees-kinds">
        {paid.map((one, index) => (
          <Kind key={index} taking={one} counted={counted} fee={state.data.fee} />
        ))}
      </div>
    </section>
  );
}

interface KindProps {
  taking: Taking;
  counted: Counted;
  fee: Fee;
}

function Kind({ taking, counted, fee }: KindProps) {
  const { t, lang } = useWords();
  const say = (minor: number) => money(minor, counted.currency, lang);
  const share = (percent: number) => new Intl.NumberFormat(regional(lang)).format(percent);
  return (
    <dl>
      <div>
        <dt dir="auto">{taking.name ?? t('pay.fees.price')}</dt>
        <dd>{say(taking.priceCents)}</dd>
      </div>
      {taking.taxCents > 0 && (
        <div>
          <dt>{t('pay.fees.tax', { percent: share(Number(counted.taxRate)) })}</dt>
          <dd>+ {say(taking.taxCents)}</dd>
        </div>
      )}
      <div>
        <dt>{t('pay.fees.fee', { percent: share((fee.basisPoints + fee.operatorPoints) / 100), fixed: say(fee.fixedCents) })}</dt>
        <dd>− {say(taking.feeCents)}</dd>
      </div>
      <div className="total">
        <dt>{t('pay.fees.net')}</dt>
        <dd>{say(taking.netCents)}</dd>
      </div>
    </dl>
  );
}

/** The chat accounts that act for this person. Where the server has no bot, the section is not there. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asFailure } from '../api/failure';
import { confirmLink, endLink, linkCode, links, type LinkCode, type WaitingLink } from '../api/links';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { useCountdown } from '../ui/useCountdown';

/** While a code is out, the page looks for the chat's answer. */
const LOOK_MS = 3000;

/** A platform as it writes itself. */
export const platformName = (platform: string): string => platform.charAt(0).toUpperCase() + platform.slice(1);

export function ChatAccounts() {
  const { t } = useWords();
  const cache = useQueryClient();
  const [code, setCode] = useState<(LinkCode & { platform: string }) | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const known = useQuery({ queryKey: ['links'], queryFn: links, retry: false, refetchInterval: code ? LOOK_MS : false });
  if (!known.isSuccess || known.data.platforms.length + known.data.links.length === 0) return null;
  const attempt = async (work: () => Promise<unknown>) => {
    setTrouble(null);
    try {
      await work();
    } catch (thrown) {
      setTrouble(failureWords(asFailure(thrown), t));
    }
    await cache.invalidateQueries({ queryKey: ['links'] });
  };
  const make = (platform: string) => attempt(async () => setCode({ ...(await linkCode(platform)), platform }));
  const { links: linked, waiting, platforms } = known.data;
  return (
    <section className="card" aria-labelledby="chats">
      <div className="section-head">
        <h2 id="chats">{t('settings.chats')}</h2>
        <p className="soft">{t('settings.chats.text')}</p>
      </div>
      <div className="section-body">
        {waiting.map((one) => (
          <Waiting
            key={one.id}
            link={one}
            onYes={() => void attempt(async () => { await confirmLink(one.id); setCode(null); })}
            onNo={() => void attempt(() => endLink(one.id))}
          />
        ))}
        {linked.length === 0 ? (
          <p>{t('settings.chats.none')}</p>
        ) : (
          <ul className="plain-list">
            {linked.map((account) => (
              <li key={account.id} className="row between">
                <span>
                  <strong>{platformName(account.platform)}</strong> {account.name}
                </span>
                <Button look="quiet" aria-label={t('settings.chats.unlink', { name: `${platformName(account.platform)} ${account.name ?? ''}`.trim() })} onClick={() => void attempt(() => endLink(account.id))}>
                  {t('settings.chats.end')}
                </Button>
              </li>
            ))}
          </ul>
        )}
        {code && <Code code={code} />}
        {trouble && <Banner tone="bad">{trouble}</Banner>}
        <div className="row">
          {platforms.map((platform) => (
            <Button key={platform} onClick={() => void make(platform)}>
              {t('settings.chats.link', { platform: platformName(platform) })}
            </Button>
          ))}
        </div>
      </div>
    </section>
  );
}

/** A chat showed a code that was made here: is it really one's own? */
function Waiting({ link, onYes, onNo }: { link: WaitingLink; onYes: () => void; onNo: () => void }) {
  const { t } = useWords();
  const who = `${platformName(link.platform)} ${link.name ?? ''}`.trim();
  return (
    <div className="code-box" role="status">
      <p>{t(link.pageAgreed ? 'settings.chats.answer' : 'settings.chats.ask', { who })}</p>
      <div className="row">
        {!link.pageAgreed && (
          <Button look="primary" onClick={onYes}>
            {t('settings.chats.yes')}
          </Button>
        )}
        <Button onClick={onNo}>{t('settings.chats.no')}</Button>
      </div>
    </div>
  );
}

function Code({ code }: { code: LinkCode & { platform: string } }) {
  const { t } = useWords();
  const left = useCountdown(Date.parse(code.expiresAt));
  if (left === 0) return <p className="soft">{t('settings.chats.expired')}</p>;
  return (
    <div className="code-box">
      <p>{t('settings.chats.code', { platform: platformName(code.platform), minutes: Math.ceil(left / 60) })}</p>
      <code>{code.code}</code>
      {code.url && (
        <a className="button primary" href={code.url} target="_blank" rel="noopener noreferrer">
          {t('settings.chats.open', { platform: platformName(code.platform) })}
        </a>
      )}
    </div>
  );
}

/** The chat accounts that act for this person. Where the server links none, the section is not there. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { linkedAccounts, newLinkCode, unlink, type LinkCode } from '../api/account';
import { asFailure } from '../api/failure';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';

export function ChatAccounts() {
  const { t } = useWords();
  const cache = useQueryClient();
  const linked = useQuery({ queryKey: ['links'], queryFn: linkedAccounts, retry: false });
  const [code, setCode] = useState<LinkCode | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  if (!linked.isSuccess) return null;
  const attempt = async (work: () => Promise<void>) => {
    setTrouble(null);
    try {
      await work();
    } catch (thrown) {
      setTrouble(failureWords(asFailure(thrown), t));
    }
  };
  const remove = (id: string) =>
    attempt(async () => {
      await unlink(id);
      await cache.invalidateQueries({ queryKey: ['links'] });
    });
  return (
    <section className="card" aria-labelledby="chats">
      <h2 id="chats">{t('settings.chats')}</h2>
      <p className="soft">{t('settings.chats.text')}</p>
      {linked.data.length === 0 && <p>{t('settings.chats.none')}</p>}
      <ul className="plain-list">
        {linked.data.map((account) => (
          <li key={account.id} className="row between">
            <span>
              <strong>{account.platform}</strong> {account.name}
            </span>
            <Button look="quiet" onClick={() => void remove(account.id)}>
              {t('settings.chats.unlink', { name: account.name })}
            </Button>
          </li>
        ))}
      </ul>
      {code && (
        <div className="code-box" role="status">
          <p>{t('settings.chats.code')}</p>
          <code>{code.code}</code>
          {code.urls.map(({ platform, url }) => (
            <a key={platform} className="button plain" href={url} rel="noopener noreferrer">
              {t('settings.chats.open', { platform })}
            </a>
          ))}
        </div>
      )}
      {trouble && <Banner tone="bad">{trouble}</Banner>}
      <Button onClick={() => void attempt(async () => setCode(await newLinkCode()))}>{t('settings.chats.link')}</Button>
    </section>
  );
}

/**
 * The public page itself, as guests will see it: rendered by the server from the saved draft, shown in a frame that runs no
 * script. It follows each save without a flash: the next page is drawn behind the one on screen and takes its place.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { eventPage } from '../api/account';
import { useWords } from '../i18n';
import { useOwnPicture } from '../pictures/useOwnPicture';
import { useSnapshot } from './desk';
import { Preview } from './Preview';

export function PagePreview() {
  const { server, draft, revision } = useSnapshot();
  const { lang } = useWords();
  const id = server.id ?? null;
  const page = useQuery({
    queryKey: ['page', id, revision, lang],
    queryFn: () => eventPage(id ?? '', lang),
    enabled: !!id,
    placeholderData: keepPreviousData,
    retry: 1,
  });
  const picture = useOwnPicture(server.imageUrl);
  // Nothing saved yet, or the server is away: what is typed is drawn here, more simply.
  if (!id || !page.data) return <Preview />;
  return <Frame html={framed(page.data, server.imageUrl, picture)} name={draft.name ?? ''} />;
}

/** Links of the page open beside the panel; a draft's picture comes from this page, which may see it. */
export function framed(html: string, imageUrl: string | null | undefined, shown: string | null): string {
  const based = html.replace('<head>', '<head><base target="_blank">');
  return imageUrl && shown ? based.replaceAll(`src="${imageUrl}"`, `src="${shown}"`) : based;
}

export function Frame({ html, name }: { html: string; name: string }) {
  const { t } = useWords();
  const [pages, setPages] = useState<{ front: string; back: string | null; turn: number }>({ front: html, back: null, turn: 0 });
  const front = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    setPages((now) => (now.front === html ? { ...now, back: null } : { ...now, back: html }));
  }, [html]);
  const turn = (frame: HTMLIFrameElement) => {
    frame.contentWindow?.scrollTo(0, front.current?.contentWindow?.scrollY ?? 0);
    setPages((now) => (now.back === null ? now : { front: now.back, back: null, turn: now.turn + 1 }));
  };
  const frames = [
    { key: pages.turn, html: pages.front, isFront: true },
    ...(pages.back === null ? [] : [{ key: pages.turn + 1, html: pages.back, isFront: false }]),
  ];
  return (
    <figure className="page-preview">
      <figcaption>
        <span className="page-preview-dots" aria-hidden="true" />
        <span className="page-preview-name">{name || t('preview.untitled')}</span>
      </figcaption>
      <div className="page-preview-stage">
        {frames.map((one) => (
          <iframe
            key={one.key}
            ref={one.isFront ? front : undefined}
            title={t('preview.title')}
            sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
            srcDoc={one.html}
            className={one.isFront ? 'front' : 'behind'}
            inert={!one.isFront}
            onLoad={one.isFront ? undefined : (event) => turn(event.currentTarget)}
          />
        ))}
      </div>
    </figure>
  );
}

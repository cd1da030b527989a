/** A picture of one's own event, private as long as the event is; a quiet ground while it comes. */
import { useOwnPicture } from './useOwnPicture';

export function OwnPicture({ url, className = '' }: { url: string | null | undefined; className?: string }) {
  const shown = useOwnPicture(url);
  if (!url) return null;
  return shown ? <img className={`picture ${className}`} src={shown} alt="" /> : <span className={`picture bone ${className}`} aria-hidden="true" />;
}

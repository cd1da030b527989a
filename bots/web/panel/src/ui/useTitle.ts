/** The title of the tab, so that a page is found again among others. */
import { useEffect } from 'react';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · EventOS`;
  }, [title]);
}

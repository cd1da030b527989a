/** A picture that only its organizer may see: asked for with the token, shown as an address of this page. */
import { useQuery } from '@tanstack/react-query';
import { own } from '../api/client';

/** The address to show; null until it is here, or when it cannot be had. */
export function useOwnPicture(url: string | null | undefined): string | null {
  const query = useQuery({
    queryKey: ['picture', url],
    queryFn: async () => URL.createObjectURL(await (await own(url ?? '')).blob()),
    enabled: !!url,
    staleTime: Infinity,
    gcTime: Infinity,
    retry: 1,
  });
  return url ? (query.data ?? null) : null;
}

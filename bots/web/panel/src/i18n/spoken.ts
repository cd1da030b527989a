/** Spaces that hold together what belongs together: for the eye, and not for who listens. */

/** An example as somebody would type it, without its ties. */
export const spoken = (text: string): string => text.replaceAll('\u00a0', ' ');

/** No line ends between a number and its unit, nor before a mark that French sets apart. */
export function tied(text: string): string {
  return text
    .replace(/(\d) (?=(?:h|min|km)\b|[€$£¥%])/g, '$1\u00a0')
    .replace(/ (?=[;:!?»](?:\s|$))/g, '\u00a0')
    .replace(/« /g, '«\u00a0');
}

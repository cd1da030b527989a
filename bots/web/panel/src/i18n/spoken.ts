/** An example as somebody would type it: the ties that hold a number and its unit together are for the eye alone. */
export const spoken = (text: string): string => text.replaceAll('\u00a0', ' ');

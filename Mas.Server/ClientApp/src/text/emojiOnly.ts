const only = /^(?:\s*(?:\p{RGI_Emoji}))+\s*$/v;

/** Whether a body is one to six emoji and nothing else; such a message is drawn larger. */
export function isEmojiOnly(body: string): boolean {
  if (body.length > 60 || !only.test(body)) return false;
  return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(body.replace(/\s+/g, ''))].length <= 6;
}

/** Makes a text field as high as its text, up to a limit. */
export function fitHeight(field: HTMLTextAreaElement, most = 240): void {
  field.style.height = 'auto';
  // What a phone's list stands before has no measures yet, and keeps its one line.
  if (field.scrollHeight > 0) field.style.height = `${Math.min(field.scrollHeight + 2, most)}px`;
}

export function fitHeight(field: HTMLTextAreaElement, most = 240): void {
  field.style.height = 'auto';
  // Behind a phone's list the field has no size yet, and keeps one line.
  if (field.scrollHeight > 0) field.style.height = `${Math.min(field.scrollHeight + 2, most)}px`;
}

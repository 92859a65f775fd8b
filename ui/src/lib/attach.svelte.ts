// Small attachments. They set styles through the object model, which the content security policy
// allows, where a style attribute would be refused.
import type { Attachment } from 'svelte/attachments';

/** Sets custom properties on an element. */
export function vars(values: Record<string, string>): Attachment<HTMLElement> {
  return (element) => {
    for (const [name, value] of Object.entries(values)) element.style.setProperty(name, value);
  };
}

/** Gives the element focus when it appears. */
export function focusOnMount(want: boolean): Attachment<HTMLElement> {
  return (element) => {
    if (want) element.focus({ preventScroll: true });
  };
}

/** Selects the whole text when the field gets focus by the keyboard or by opening. */
export const selectOnMount: Attachment<HTMLInputElement> = (element) => {
  element.focus();
  element.select();
};

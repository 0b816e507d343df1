/** Whether nothing has the focus, or only a dialog that closes: what had it is gone, so something else may take it. */
export function focusIsLost(): boolean {
  const held = document.activeElement;
  return !held || held === document.body || held.closest('dialog') !== null;
}

/**
 * The device that a `backend:` choice comes to, whose slots are leased. The reference computes on the CPU too, and so
 * counts against it.
 */
export function leasedDevice(choice: string): string {
  return choice.startsWith('gpu') ? choice : 'cpu';
}

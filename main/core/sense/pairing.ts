/**
 * Which pictures make one frame, live and from a recording alike. Depth leads: each depth picture is a frame, with the colour and the
 * infrared nearest to it in time. A Kinect v2 gives 15 colour pictures a second in poor light, each 33 ms late, so that two depth
 * pictures share one; a frame that finds none near enough is judged in infrared.
 */
import { ms } from '../../contract/units.ts';

/** A picture of longer before or after the depth shows another moment. */
export const PAIRED = ms(80);

/**
 * @param distance from the depth picture, before or after, in any unit
 * @param within the farthest that will do, in the same unit
 */
export function nearest<Picture, Time extends number | bigint>(
  pictures: Iterable<Picture>,
  distance: (picture: Picture) => Time,
  within: Time,
): Picture | undefined {
  let best: Picture | undefined;
  let least: Time | undefined;
  for (const picture of pictures) {
    const away = distance(picture);
    if (away <= within && (least === undefined || away < least)) [best, least] = [picture, away];
  }
  return best;
}

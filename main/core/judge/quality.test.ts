import { describe, expect, it } from 'vitest';
import { deg, mm } from '../../contract/units.ts';
import { judgeQuality, QUALITY_LIMITS, type QualityCues } from './quality.ts';

const good: QualityCues = {
  distance: mm(700),
  eyePixels: 60,
  noseMeasured: 1,
  pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) },
  meshScore: 0.99,
  sharpness: 0.2,
};

describe('quality', () => {
  it('finds nothing wrong with a face that is near, sharp and turned this way', () => {
    expect(judgeQuality(good)).toBeUndefined();
  });

  it('asks a face of few pixels to come closer, though it be within reach', () => {
    const few = { ...good, eyePixels: QUALITY_LIMITS.eyePixels - 0.1 };
    expect(judgeQuality(few)).toBe('closer');
    expect(judgeQuality({ ...few, eyePixels: QUALITY_LIMITS.eyePixels })).toBeUndefined();
  });

  it('asks nobody closer whose nose is too near to be measured', () => {
    expect(judgeQuality({ ...good, distance: mm(400), noseMeasured: 0, eyePixels: 5 })).toBe('back');
  });

  it('takes the infrared of a Kinect v2 as far as a face is within reach', () => {
    // 365.5 pixels of focal length; 60 mm are eyes that lie close together, 63 are usual.
    const eyePixels = (365.5 * 60) / QUALITY_LIMITS.furthest;
    expect(judgeQuality({ ...good, distance: QUALITY_LIMITS.furthest, eyePixels })).toBeUndefined();
  });
});

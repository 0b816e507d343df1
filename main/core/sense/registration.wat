;; The hot loops of registration.ts, which says what they compute: four depth pixels at a time. Coordinates are computed with 64
;; bits and rounded to 32 as they are stored, so the answer is, bit for bit, that of plain numbers (registration.test.ts). As
;; TypeScript the same took more than twice as long: engines check arrays at every access and convert one number at a time.
;; registration-wasm.ts is made of this file: node scripts/make-registration.mjs
(module
  (import "registration" "memory" (memory 1))

  ;; One row: points, colour pixels as if nothing hid anything, and for each pixel its cell and its distance from the colour camera;
  ;; then lowers each cell to the least of its distances. What colour does not see gets the cell `blind`.
  ;; Works in steps of four pixels: the last one may reach beyond the row, into what the next row overwrites.
  ;; The frame's terms lie at address 0, one f64 each: cx, 1/fx; au, av, aq; tu, tv, tq; farthest; right, bottom; 1/size, columns, blind.
  (func (export "projectRow")
    (param $depth i32) (param $points i32) (param $colourAt i32) (param $cells i32) (param $distances i32) ;; addresses
    (param $nearest i32)                                                                                   ;; address of cell 0
    (param $left f64) (param $width i32)                                                                   ;; first column, pixels
    (param $y f64) (param $bu f64) (param $bv f64) (param $bq f64)                                         ;; the row's terms
    (local $end i32) (local $cell i32) (local $distance i32) (local $least i32) (local $at i32)
    (local $u01 v128) (local $u23 v128) (local $x01 v128) (local $x23 v128) (local $z01 v128) (local $z23 v128)
    (local $q01 v128) (local $q23 v128) (local $w01 v128) (local $w23 v128)
    (local $z v128) (local $x32 v128) (local $y32 v128) (local $z32 v128) (local $xy01 v128) (local $xy23 v128)
    (local $s v128) (local $t v128) (local $q v128) (local $seen v128)
    (local $cx v128) (local $step v128) (local $ys v128)
    (local $au v128) (local $av v128) (local $aq v128) (local $tu v128) (local $tv v128) (local $tq v128)
    (local $bus v128) (local $bvs v128) (local $bqs v128)
    (local $farthest v128) (local $right v128) (local $bottom v128) (local $shrink v128) (local $columns v128) (local $blind v128)
    (local.set $cx (v128.load64_splat offset=0 (i32.const 0)))
    (local.set $step (v128.load64_splat offset=8 (i32.const 0)))
    (local.set $au (v128.load64_splat offset=16 (i32.const 0)))
    (local.set $av (v128.load64_splat offset=24 (i32.const 0)))
    (local.set $aq (v128.load64_splat offset=32 (i32.const 0)))
    (local.set $tu (v128.load64_splat offset=40 (i32.const 0)))
    (local.set $tv (v128.load64_splat offset=48 (i32.const 0)))
    (local.set $tq (v128.load64_splat offset=56 (i32.const 0)))
    (local.set $farthest (i32x4.splat (i32.trunc_sat_f64_s (f64.load offset=64 (i32.const 0)))))
    (local.set $right (f32x4.splat (f32.demote_f64 (f64.load offset=72 (i32.const 0)))))
    (local.set $bottom (f32x4.splat (f32.demote_f64 (f64.load offset=80 (i32.const 0)))))
    (local.set $shrink (f32x4.splat (f32.demote_f64 (f64.load offset=88 (i32.const 0)))))
    (local.set $columns (f32x4.splat (f32.demote_f64 (f64.load offset=96 (i32.const 0)))))
    (local.set $blind (i32x4.splat (i32.trunc_sat_f64_s (f64.load offset=104 (i32.const 0)))))
    (local.set $ys (f64x2.splat (local.get $y)))
    (local.set $bus (f64x2.splat (local.get $bu)))
    (local.set $bvs (f64x2.splat (local.get $bv)))
    (local.set $bqs (f64x2.splat (local.get $bq)))
    (local.set $u01 (f64x2.add (f64x2.splat (local.get $left)) (v128.const f64x2 0 1)))
    (local.set $end (i32.shl (local.get $width) (i32.const 2)))

    (block $row (loop $four
      (br_if $row (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $z (i32x4.extend_low_i16x8_u (v128.load64_zero (local.get $depth))))
      (local.set $z01 (f64x2.convert_low_i32x4_s (local.get $z)))
      (local.set $z23 (f64x2.convert_low_i32x4_s
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $z) (local.get $z))))
      (local.set $u23 (f64x2.add (local.get $u01) (v128.const f64x2 2 2)))
      (local.set $x01 (f64x2.mul (f64x2.sub (local.get $u01) (local.get $cx)) (local.get $step)))
      (local.set $x23 (f64x2.mul (f64x2.sub (local.get $u23) (local.get $cx)) (local.get $step)))
      (local.set $u01 (f64x2.add (local.get $u23) (v128.const f64x2 2 2)))

      ;; P = (x, y, 1)·z
      (local.set $x32 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $x01) (local.get $z01)))
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $x23) (local.get $z23)))))
      (local.set $y32 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $ys) (local.get $z01)))
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $ys) (local.get $z23)))))
      (local.set $z32 (f32x4.convert_i32x4_s (local.get $z)))
      (local.set $xy01 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $x32) (local.get $y32)))
      (local.set $xy23 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $x32) (local.get $y32)))
      ;; x y z x | y z x y | z x y z
      (v128.store (local.get $points)
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 8 9 10 11 (local.get $xy01) (local.get $z32)))
      (v128.store offset=16 (local.get $points)
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
          (i8x16.shuffle 12 13 14 15 20 21 22 23 12 13 14 15 20 21 22 23 (local.get $xy01) (local.get $z32))
          (local.get $xy23)))
      (v128.store offset=32 (local.get $points)
        (i8x16.shuffle 24 25 26 27 8 9 10 11 12 13 14 15 28 29 30 31 (local.get $xy23) (local.get $z32)))

      ;; q = z·(aq·x + bq) + tq
      (local.set $q01 (f64x2.add (local.get $tq) (f64x2.mul (local.get $z01)
        (f64x2.add (f64x2.mul (local.get $aq) (local.get $x01)) (local.get $bqs)))))
      (local.set $q23 (f64x2.add (local.get $tq) (f64x2.mul (local.get $z23)
        (f64x2.add (f64x2.mul (local.get $aq) (local.get $x23)) (local.get $bqs)))))
      (local.set $q (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (local.get $q01)) (f32x4.demote_f64x2_zero (local.get $q23))))
      (local.set $w01 (f64x2.div (v128.const f64x2 1 1) (local.get $q01)))
      (local.set $w23 (f64x2.div (v128.const f64x2 1 1) (local.get $q23)))

      ;; (s, t) = (z·(a·x + b) + t) / q
      (local.set $s (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $w01) (f64x2.add (local.get $tu) (f64x2.mul (local.get $z01)
          (f64x2.add (f64x2.mul (local.get $au) (local.get $x01)) (local.get $bus))))))
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $w23) (f64x2.add (local.get $tu) (f64x2.mul (local.get $z23)
          (f64x2.add (f64x2.mul (local.get $au) (local.get $x23)) (local.get $bus))))))))
      (local.set $t (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $w01) (f64x2.add (local.get $tv) (f64x2.mul (local.get $z01)
          (f64x2.add (f64x2.mul (local.get $av) (local.get $x01)) (local.get $bvs))))))
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $w23) (f64x2.add (local.get $tv) (f64x2.mul (local.get $z23)
          (f64x2.add (f64x2.mul (local.get $av) (local.get $x23)) (local.get $bvs))))))))

      ;; Measured, near enough, before the colour camera and in its picture?
      (local.set $seen
        (v128.and
          (v128.and
            (v128.and (i32x4.gt_s (local.get $z) (v128.const i32x4 0 0 0 0)) (i32x4.le_s (local.get $z) (local.get $farthest)))
            (f32x4.gt (local.get $q) (v128.const f32x4 0 0 0 0)))
          (v128.and
            (v128.and (f32x4.ge (local.get $s) (v128.const f32x4 0 0 0 0)) (f32x4.le (local.get $s) (local.get $right)))
            (v128.and (f32x4.ge (local.get $t) (v128.const f32x4 0 0 0 0)) (f32x4.le (local.get $t) (local.get $bottom))))))
      (local.set $s (v128.bitselect (local.get $s) (v128.const f32x4 -1 -1 -1 -1) (local.get $seen)))
      (local.set $t (v128.bitselect (local.get $t) (v128.const f32x4 -1 -1 -1 -1) (local.get $seen)))
      (v128.store (local.get $colourAt)
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $s) (local.get $t)))
      (v128.store offset=16 (local.get $colourAt)
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $s) (local.get $t)))

      ;; ⌊t / size⌋·columns + ⌊s / size⌋; from the middle of a pixel, where rounding cannot carry it into the next cell
      (v128.store (i32.add (local.get $cells) (local.get $at)) (v128.bitselect
        (i32x4.trunc_sat_f32x4_s (f32x4.add
          (f32x4.mul (local.get $columns) (f32x4.floor (f32x4.mul (local.get $shrink)
            (f32x4.add (f32x4.floor (local.get $t)) (v128.const f32x4 0.5 0.5 0.5 0.5)))))
          (f32x4.floor (f32x4.mul (local.get $shrink)
            (f32x4.add (f32x4.floor (local.get $s)) (v128.const f32x4 0.5 0.5 0.5 0.5))))))
        (local.get $blind) (local.get $seen)))
      (v128.store (i32.add (local.get $distances) (local.get $at)) (local.get $q))

      (local.set $depth (i32.add (local.get $depth) (i32.const 8)))
      (local.set $points (i32.add (local.get $points) (i32.const 48)))
      (local.set $colourAt (i32.add (local.get $colourAt) (i32.const 32)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $four)))

    ;; Positive floats lie in the order of their bits. Which of two is nearer no processor can guess, so nothing branches on it.
    (local.set $at (i32.const 0))
    (block $row (loop $one
      (br_if $row (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $cell (i32.add (local.get $nearest)
        (i32.shl (i32.load (i32.add (local.get $cells) (local.get $at))) (i32.const 2))))
      (local.set $distance (i32.load (i32.add (local.get $distances) (local.get $at))))
      (local.set $least (i32.load (local.get $cell)))
      (i32.store (local.get $cell) (select (local.get $distance) (local.get $least)
        (i32.lt_s (local.get $distance) (local.get $least))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $one))))

  ;; Takes the colour pixel, (−1, −1), of each point that lies further than `margin` behind its cell's nearest.
  (func (export "occlude")
    (param $colourAt i32) (param $cells i32) (param $distances i32) (param $nearest i32) ;; addresses
    (param $count i32) (param $margin f64)
    (local $at i32) (local $end i32)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (block $all (loop $one
      (br_if $all (i32.ge_u (local.get $at) (local.get $end)))
      (if (f64.gt
            (f64.promote_f32 (f32.load (i32.add (local.get $distances) (local.get $at))))
            (f64.add (local.get $margin) (f64.promote_f32 (f32.load (i32.add (local.get $nearest)
              (i32.shl (i32.load (i32.add (local.get $cells) (local.get $at))) (i32.const 2)))))))
        (then (v128.store64_lane 0 (i32.add (local.get $colourAt) (i32.shl (local.get $at) (i32.const 1)))
          (v128.const f32x4 -1 -1 -1 -1))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $one)))))

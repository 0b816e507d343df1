#!/bin/sh
# ml-pca's NIPALS gives eigenvalues that are n - 1 times too large.
#
# Good guess: the method is a matter of speed, so the eigenvalues are the same by SVD, by the
# covariance matrix and by NIPALS.
#
# Versions: ml-pca 4.1.1.
#
# Behaviour: by NIPALS getEigenvalues() is the sum of the squared scores, not divided by n - 1. The
# axes, the scores' sizes and getExplainedVariance() are the same, so nothing looks wrong.
# getStandardDeviations() is too large by the root of n - 1.
#
# Why it matters here: distances of a face from the others are measured in standard deviations
# along these axes. By NIPALS they shrink as pictures are added, and a limit that was set by SVD
# lets strangers pass.
#
# Output seen:
#   11 rows: SVD 1.1444 0.1245 | covariance 1.1444 0.1245 | NIPALS 11.4437 1.2455 | 10.000 times
#   51 rows: SVD 1.2170 0.1161 | covariance 1.2170 0.1161 | NIPALS 60.8515 5.8065 | 50.000 times
#   explained variance alike: yes; axes alike: yes
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . ml-pca@4.1.1

cat > show.cjs <<'JS'
const { PCA } = require('ml-pca');

const near = (a, b) => a.every((v, i) => Math.abs(v - b[i]) < 1e-6);
let same = true;
let alike = [true, true];
for (const rows of [11, 51]) {
  const data = Array.from({ length: rows }, (_, i) => {
    const a = Math.sin(i * 1.7) + i / rows;
    const b = Math.cos(i * 2.3);
    return [a, a + b / 2, b / 3];
  });
  const svd = new PCA(data, { method: 'SVD' });
  const covariance = new PCA(data, { method: 'covarianceMatrix' });
  const nipals = new PCA(data, { method: 'NIPALS', nCompNIPALS: 2 });
  const two = (pca) => pca.getEigenvalues().slice(0, 2);
  const text = (pca) =>
    two(pca)
      .map((v) => v.toFixed(4))
      .join(' ');
  const times = two(nipals).map((v, i) => v / two(svd)[i]);
  console.log(
    `${rows} rows: SVD ${text(svd)} | covariance ${text(covariance)} | ` +
      `NIPALS ${text(nipals)} | ${times[0].toFixed(3)} times`,
  );
  const axes = (pca) => pca.getLoadings().to2DArray().slice(0, 2).flat().map(Math.abs);
  const explained = (pca) => pca.getExplainedVariance().slice(0, 2);
  const share = (pca) => explained(pca)[0] / explained(pca)[1];
  alike = [
    alike[0] && near([share(svd)], [share(nipals)]),
    alike[1] && near(axes(svd), axes(nipals)),
  ];
  same = same && near(times, [rows - 1, rows - 1]) && near(two(svd), two(covariance));
}
const word = (yes) => (yes ? 'yes' : 'no');
console.log(`explained variance alike: ${word(alike[0])}; axes alike: ${word(alike[1])}`);

if (!same || !alike[0] || !alike[1]) {
  console.error('This is no longer so.');
  process.exitCode = 1;
}
JS
node show.cjs

#!/bin/sh
# Any language that can print a line can be tuned. This one looks for the root of 2: the smaller |x² - 2|, the better; each step halves a step size.
# It goes on from its checkpoint when it is started again.
x=$1
step=0
[ -f "$ATTUNE_CHECKPOINT_DIR/state" ] && read -r step x <"$ATTUNE_CHECKPOINT_DIR/state"
while [ "$step" -lt 5 ]; do
  step=$((step + 1))
  x=$(awk -v x="$x" -v rate="$2" 'BEGIN { print x - rate * (x * x - 2) }')
  echo "$step $x" >"$ATTUNE_CHECKPOINT_DIR/state"
  awk -v x="$x" -v step="$step" 'BEGIN { e = x * x - 2; if (e < 0) e = -e; if (e > 1e9) e = 1e9; printf "attune: {\"step\": %d, \"error\": %g}\n", step, e }'
done

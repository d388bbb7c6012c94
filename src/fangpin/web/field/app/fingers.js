// What is under a finger stays there until it is lifted: a button drawn anew meanwhile would not be
// the one that was pressed, and the tap would do nothing.
const A_TAP = 50; // from the lifted finger to the click that it means

let timer = 0;
let isPressed = false;
let isDue = false; // something was to be drawn while a finger was on the screen

export function watchFingers(redraw) {
  const pressed = () => {
    clearTimeout(timer);
    isPressed = true;
  };
  const lifted = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isPressed = false;
      if (isDue) redraw();
    }, A_TAP);
  };
  addEventListener("pointerdown", pressed, true);
  addEventListener("pointerup", lifted, true);
  addEventListener("pointercancel", lifted, true);
}

// Whoever asks is called when the finger is lifted.
export function mustWait() {
  isDue = isPressed;
  return isPressed;
}

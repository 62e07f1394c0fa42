/** Mouse, pen and touch on the stage: one finger draws, two zoom and move, the middle button moves. */

const MIDDLE = 1; // event.button
const MIDDLE_HELD = 4; // in event.buttons

/** Let pointers on a stage move its tools; `isOpen` tells whether there is a clip. */
export function bindPointers(stage, tools, isOpen) {
  bindDrawing(stage, tools, isOpen);
  const { node } = stage;
  node.addEventListener('pointerleave', () => {
    tools.cursor = null;
    stage.draw();
  });
  node.addEventListener('dblclick', () => {
    if (tools.tool === 'polygon') {
      tools.closePolygon();
    }
  });
  node.addEventListener('wheel', (event) => zoomByWheel(event, stage), { passive: false });
  node.addEventListener('blur', () => tools.end());
}

function bindDrawing(stage, tools, isOpen) {
  const { node, viewport } = stage;
  const held = new Map(); // the pointers that are down, each with its place on the stage
  const onStage = (event) => placeOn(node, event);
  const onPicture = (event) => viewport.toPicture(onStage(event));

  node.addEventListener('pointerdown', (event) => {
    if (event.button > MIDDLE || !isOpen()) {
      return;
    }
    event.preventDefault();
    node.focus({ preventScroll: true });
    node.setPointerCapture(event.pointerId);
    held.set(event.pointerId, onStage(event));
    if (held.size > 1 || event.button === MIDDLE) {
      tools.abandon();
      return;
    }
    tools.cursor = onPicture(event);
    tools.begin(tools.cursor);
  });

  node.addEventListener('pointermove', (event) => {
    const before = held.get(event.pointerId);
    if (before && (held.size > 1 || event.buttons & MIDDLE_HELD)) {
      const now = onStage(event);
      moveView(viewport, before, now, other(held, event.pointerId));
      held.set(event.pointerId, now);
    } else {
      tools.cursor = event.pointerType === 'touch' && !before ? null : onPicture(event);
      for (const passed of event.getCoalescedEvents?.() ?? []) {
        tools.move(onPicture(passed));
      }
      if (tools.cursor) {
        tools.move(tools.cursor);
      }
    }
    stage.draw();
  });

  node.addEventListener('pointerup', (event) => {
    if (held.delete(event.pointerId)) {
      tools.end();
    }
  });
  node.addEventListener('pointercancel', (event) => {
    if (held.delete(event.pointerId)) {
      tools.abandon();
    }
  });
}

function moveView(viewport, before, now, second) {
  if (second) {
    viewport.pinch(before, now, second);
  } else {
    viewport.move(now[0] - before[0], now[1] - before[1]);
  }
}

function placeOn(node, event) {
  const { left, top } = node.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

function zoomByWheel(event, stage) {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    stage.viewport.zoomTo(stage.viewport.zoom * Math.exp(-event.deltaY / 200), placeOn(stage.node, event));
    stage.draw();
  }
}

function other(held, pointer) {
  return [...held].find(([id]) => id !== pointer)?.[1];
}

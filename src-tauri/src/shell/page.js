// Runs in every page before any script of the page.
(() => {
  "use strict";
  // A frozen Object.prototype cannot be polluted. Frozen as it is, it would also forbid objects
  // to have their own `toString` by plain assignment, which libraries do; so each value becomes
  // an accessor whose setter defines the property on the object that is assigned to.
  const proto = Object.prototype;
  for (const key of Reflect.ownKeys(proto)) {
    const found = Reflect.getOwnPropertyDescriptor(proto, key);
    if (!("value" in found) || !found.configurable) continue;
    const value = found.value;
    Reflect.defineProperty(proto, key, {
      configurable: true,
      enumerable: found.enumerable,
      get() {
        return value;
      },
      set(next) {
        if (this === proto) throw new TypeError("Object.prototype is frozen");
        Reflect.defineProperty(this, key, {
          configurable: true,
          enumerable: true,
          writable: true,
          value: next,
        });
      },
    });
  }
  Object.freeze(proto);

  // The page is an app, not a document: no reload, no print, no find bar, no source view. The
  // keys still reach the app, which gives some of them a meaning of its own and must not take them
  // for used up: so the browser is told last, by a listener added after all of the app's.
  const taken = new Set(["r", "p", "u", "j", "o", "s", "f", "g"]);
  addEventListener(
    "keydown",
    (event) => {
      const command = event.ctrlKey || event.metaKey;
      const back = event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight");
      const letter = command && taken.has(event.key.toLowerCase());
      if (!letter && !back && event.key !== "F5" && event.key !== "F12") return;
      addEventListener("keydown", (last) => last === event && last.preventDefault(), { once: true });
    },
    true,
  );

  // Cut and paste by mouse stay where text can be typed; elsewhere the menu offers "Reload".
  addEventListener(
    "contextmenu",
    (event) => {
      const editable = "input:not([type=password]), textarea, [contenteditable=true]";
      if (!(event.target instanceof Element && event.target.closest(editable))) {
        event.preventDefault();
      }
    },
    true,
  );
})();

// The Caption tab: heatmaps over the picture, copying, pasting, and the jump to a scene.
(() => {
  const SIDE = 9;
  const DARK = [8, 14, 22], WARM = [255, 176, 64];
  const VEIL = 0.72, GLOW = 0.22;

  // A veil that lifts where the model looked, on the canvas's own small grid; the browser smooths it when it is enlarged.
  const grid = (levels) => {
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    const context = small.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    levels.forEach((level, i) => {
      const share = level / 100;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = DARK[c] + (WARM[c] - DARK[c]) * share;
      image.data[4 * i + 3] = 255 * (VEIL + (GLOW - VEIL) * share);
    });
    context.putImageData(image, 0, 0);
    return small;
  };

  const parts = (word) => {
    const look = word.closest(".mm-captioned")?.querySelector(".mm-look-picture");
    return look && { picture: look.querySelector("img"), canvas: look.querySelector("canvas"), name: look.querySelector(".mm-look-word") };
  };

  const show = (word) => {
    const found = parts(word);
    if (!found?.picture || !word.dataset.heat) return;
    const { picture, canvas, name } = found;
    canvas.width = Math.max(picture.clientWidth, 1);
    canvas.height = Math.max(picture.clientHeight, 1);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(grid(word.dataset.heat.split(",").map(Number)), 0, 0, canvas.width, canvas.height);
    name.textContent = word.textContent;
    name.lang = word.closest("[lang]")?.lang ?? "";
    canvas.hidden = name.hidden = false;
    word.closest(".mm-captioned").querySelectorAll(".mm-word").forEach((other) => {
      other.setAttribute("aria-pressed", String(other === word));
    });
  };

  const hide = (word) => {
    const found = parts(word);
    if (!found) return;
    found.canvas.hidden = found.name.hidden = true;
    word.setAttribute("aria-pressed", "false");
  };

  // What has the focus stays when the pointer only passes over another word.
  const leave = (word) => {
    const focused = document.activeElement?.closest?.(".mm-word");
    hide(word);
    if (focused && focused !== word && parts(focused)) show(focused);
  };

  const wordOf = (event) => event.target.closest?.(".mm-word");
  const on = (type, handler) => document.addEventListener(type, (event) => {
    const word = wordOf(event);
    if (word) handler(word, event);
  });
  on("pointerover", (word, event) => { if (event.pointerType === "mouse") show(word); });
  on("pointerout", (word, event) => {
    if (event.pointerType === "mouse" && document.activeElement !== word) leave(word);
  });
  on("focusin", show);
  on("focusout", hide);
  on("click", (word) => { word.focus({ preventScroll: true }); show(word); });
  on("keydown", (word, event) => {
    if (event.key === "Escape") hide(word);
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (word.getAttribute("aria-pressed") === "true") hide(word); else show(word);
  });

  // Clipboards are open to pages from https and localhost only; elsewhere the older way still works.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      area.style.cssText = "position: fixed; opacity: 0";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.(".mm-copy");
    if (!button || button.dataset.shown) return;
    if (!(await copy(button.dataset.copy))) return;
    button.focus();
    const label = button.getAttribute("aria-label");
    button.dataset.shown = button.textContent;
    button.textContent = button.dataset.done;
    button.setAttribute("aria-label", button.dataset.done);
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      button.textContent = button.dataset.shown;
      button.setAttribute("aria-label", label);
      delete button.dataset.shown;
    }, 1500);
  });

  document.addEventListener("click", (event) => {
    const time = event.target.closest?.("[data-scene]");
    const player = document.querySelector("#mm-caption-video video");
    if (!time || !player) return;
    player.currentTime = Number(time.dataset.scene);
    player.play?.().catch(() => {});
  });

  // A picture pasted anywhere on the tab goes the way of a dropped one.
  document.addEventListener("paste", (event) => {
    const input = document.querySelector("#mm-caption-files input[type=file]");
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!input || !files.length || !input.closest("#mm-caption-files").checkVisibility()) return;
    event.preventDefault();
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();

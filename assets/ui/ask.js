// The Ask tab: evidence that plays a moment or marks a place, and files pasted or dropped anywhere on the tab.
(() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  const playFrom = (player, start) => {
    document.querySelectorAll("#mm-ask-strip :is(audio, video)").forEach((other) => other !== player && other.pause());
    const go = () => {
      player.currentTime = start;
      player.play().catch(() => {});
    };
    if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else {
      player.addEventListener("loadedmetadata", go, { once: true });
      player.load();
    }
  };

  // "x0,y0,x1,y1", or several of them with ";" between: everything that was counted.
  const markPlace = (item, regions) => {
    const [mark, ...others] = item.querySelectorAll(".mm-ask-mark");
    if (!mark) return;
    others.forEach((other) => other.remove());
    mark.hidden = !regions;
    if (!regions) return;
    const places = regions.split(";").map((region) => region.split(",").map((side) => 100 * Number(side)));
    mark.parentElement.classList.toggle("mm-ask-several", places.length > 1);
    places.forEach(([x0, y0, x1, y1], index) => {
      const drawn = index ? mark.parentElement.appendChild(mark.cloneNode()) : mark;
      Object.assign(drawn.style, { left: `${x0}%`, top: `${y0}%`, width: `${x1 - x0}%`, height: `${y1 - y0}%` });
    });
  };

  document.addEventListener("click", (event) => {
    const cite = event.target.closest?.("[data-cite]");
    if (!cite) return;
    const item = document.querySelector(`#mm-ask-strip [data-key="${CSS.escape(cite.dataset.cite)}"]`);
    if (!item) return;
    document.querySelectorAll("#mm-ask-strip .mm-ask-active").forEach((other) => {
      other.classList.remove("mm-ask-active");
      markPlace(other, "");
    });
    item.classList.add("mm-ask-active");
    const player = item.querySelector("audio, video");
    if (player && cite.dataset.start !== undefined) playFrom(player, Number(cite.dataset.start));
    else markPlace(item, cite.dataset.region);
    item.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  });

  // Files that are pasted or dropped anywhere on the tab go the way of those dropped on the zone.
  const input = () => document.querySelector("#mm-ask-files input[type=file]");
  const isMedia = (file) => /^(image|audio|video)\//.test(file.type);
  const hand = (event, files) => {
    if (!input() || !files.length || !document.querySelector("#mm-ask")?.checkVisibility()) return;
    event.preventDefault();
    event.stopPropagation();
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input().files = transfer.files;
    input().dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("paste", (event) => hand(event, [...(event.clipboardData?.files ?? [])].filter(isMedia)));
  const overTalk = (event) => event.target.closest?.("#mm-ask") && !event.target.closest("#mm-ask-files");
  document.addEventListener("dragover", (event) => {
    if (overTalk(event) && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (overTalk(event)) hand(event, [...(event.dataTransfer?.files ?? [])]);
  });
})();

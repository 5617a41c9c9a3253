// A slider that is sent when it rests, and follows the sandbox while nobody holds it.
import { el } from "./dom.js";

const rest = 200;

export class FaultSlider {
  #slider;
  #input;
  #output;
  #timer = 0;
  #sent = Promise.resolve();

  constructor(slider, act, say) {
    const { id, label, max, step, about, set } = this.#slider = slider;
    const tell = () => say(about, "about");
    this.#output = el("output", { for: `fault-${id}`, data: { testid: `fault-${id}-value` } });
    this.#input = el("input", {
      type: "range", id: `fault-${id}`, min: "0", max: String(max), step: String(step), value: "0", title: about, data: { testid: `fault-${id}` },
      onfocus: tell, onmouseenter: tell,
      oninput: () => {
        this.#draw();
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          this.#timer = 0;
          this.#sent = act(this.#input, () => set(Number(this.#input.value)));
        }, rest);
      },
    });
    this.node = el("div", { class: "fault-slider" }, el("label", { for: `fault-${id}` }, label), this.#output, this.#input);
    this.#draw();
  }

  async show(state) {
    await this.#sent;
    if (this.#timer) return; // somebody is moving it
    const value = String(this.#slider.of(state));
    if (this.#input.value !== value) this.#input.value = value;
    this.#draw();
  }

  #draw() {
    const value = Number(this.#input.value);
    const words = this.#slider.words(value);
    this.#output.textContent = words;
    this.#input.setAttribute("aria-valuetext", words);
    this.#input.style.setProperty("--filled", `${100 * value / Number(this.#input.max)}%`);
    this.node.dataset.set = String(value > 0);
  }
}

// The consent pages have no other script: it only colours the faces.
import { paint } from "./dom.js";

for (const face of document.querySelectorAll("[data-color]")) paint(face, face.dataset.color);

/**
 * Joins the text of a continuation to the text already delivered: word boundaries, anchors, prefill and replay. Pure
 * functions and values without Reactor. Not API.
 */
@NullMarked
package dev.understudy.streaming.seam;

import org.jspecify.annotations.NullMarked;

/** Rules of targets for conversations, and the fitting of a conversation to them. Not API. */
@NullMarked
package dev.understudy.provider.conversation;

import org.jspecify.annotations.NullMarked;

/** Parts that the protocols of clients share: calls, streams of blocks, errors, and data that only a vendor reads. */
@NullMarked
package dev.understudy.gateway.protocol;

import org.jspecify.annotations.NullMarked;

/** Where a provider is and how it is reached: endpoint, keys, TLS trust, transport options, and the model catalog. */
@NullMarked
package dev.understudy.provider.endpoint;

import org.jspecify.annotations.NullMarked;

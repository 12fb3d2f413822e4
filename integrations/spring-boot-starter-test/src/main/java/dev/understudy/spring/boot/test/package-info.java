/** Tests of applications without vendors. */
@NullMarked
package dev.understudy.spring.boot.test;

import org.jspecify.annotations.NullMarked;

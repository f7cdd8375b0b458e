// SPDX-License-Identifier: MIT
#include "frames.h"

namespace QRepod {

Frames &Frames::ofThisThread()
{
    thread_local Frames frames;
    return frames;
}

void Frames::acquire()
{
    if (m_users++ == 0)
        start();
}

void Frames::release()
{
    if (--m_users == 0)
        stop();
}

} // namespace QRepod

// SPDX-License-Identifier: MIT
#include "frames.h"

namespace QRepod {

Frames &Frames::ofThisThread()
{
    thread_local Frames frames;
    return frames;
}

void Frames::want()
{
    if (m_wanted++ == 0)
        start();
}

void Frames::unwant()
{
    if (--m_wanted == 0)
        stop();
}

} // namespace QRepod

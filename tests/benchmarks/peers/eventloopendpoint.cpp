// SPDX-License-Identifier: MIT
#include "peers/eventloopendpoint.h"

EventLoopEndpoint::EventLoopEndpoint(Duty duty)
    : Endpoint(duty)
{
    m_tick.start(20);
}

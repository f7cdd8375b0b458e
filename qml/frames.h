// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstractanimation.h>

namespace QRepod {

//! Reports each frame that is drawn while somebody wants to know. There is one per thread.
class Frames : public QAbstractAnimation
{
    Q_OBJECT

public:
    static Frames &ofThisThread();

    //! Call release() as often as this.
    void acquire();
    void release();

    int duration() const override { return -1; }

Q_SIGNALS:
    void frame();

protected:
    void updateCurrentTime(int) override { Q_EMIT frame(); }

private:
    int m_users = 0;
};

} // namespace QRepod

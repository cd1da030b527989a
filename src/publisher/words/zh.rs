//! Chinese.

use super::{Mail, Words};

pub(super) static WORDS: Words = Words {
    language: "zh",
    greeting: "您好：",
    greeting_name: "{name}，您好：",
    footer: "EventOS 因您的操作或请求发送了这封邮件。",
    when: "时间",
    place: "地点",
    before: "原来",
    code: "验证码",
    months: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
    moment: "{year}年{month}月{day}日 {time}",
    confirm: Mail {
        subject: "请确认您的邮箱",
        lead: "请确认 {email} 是您的邮箱。之后您就可以登录并发布活动。",
        button: "确认邮箱",
        note: "如果这不是您本人的操作，无需理会。",
    },
    recovery: Mail {
        subject: "设置新密码",
        lead: "您申请了新密码。请在这里设置，链接只能使用一次。",
        button: "设置新密码",
        note: "如果这不是您本人的操作，无需理会，您的密码不会改变。",
    },
    magic_link: Mail {
        subject: "您的登录链接",
        lead: "请用此链接登录，链接只能使用一次。",
        button: "登录",
        note: "如果这不是您本人的操作，无需理会。",
    },
    email_change: Mail {
        subject: "请确认您的新邮箱",
        lead: "请确认 {email} 是您的新邮箱。",
        button: "确认新邮箱",
        note: "如果这不是您本人的操作，无需理会。",
    },
    email_changed: Mail {
        subject: "您账号的邮箱已更改",
        lead: "从现在起，您账号的邮箱由此邮箱改为 {item}。",
        button: "不是我本人操作：改回原邮箱",
        note: "如果是您本人的操作，无需理会。如果不是，请在 24 小时内改回原邮箱：所有设备都会退出登录，并由您设置新密码。",
    },
    linked: Mail {
        subject: "已关联聊天账号",
        lead: "您的 {item} 账号 {kind} 现已关联：您可以在该聊天中继续处理活动。",
        button: "",
        note: "如果不是您本人操作，请打开设置，解除关联，并更换密码。",
    },
    published: Mail {
        subject: "“{event}”已发布",
        lead: "您的活动“{event}”已发布。快把活动页面分享给来宾吧。",
        button: "打开活动页面",
        note: "您的面板会显示进展。",
    },
    payment_setup: Mail {
        subject: "需要操作：请完成收款设置",
        lead: "“{event}”已发布，页面已上线。收款尚未设置，所以目前还没有人能购票。",
        button: "设置收款",
        note: "如果您已全部设置好，则无需操作：我们会继续尝试，销售会自动开始。",
    },
    reminder: Mail {
        subject: "明天：{event}",
        lead: "“{event}”大约在24小时后开始。期待您的到来。",
        button: "打开活动页面",
        note: "",
    },
    changed: Mail {
        subject: "有变更：{event}",
        lead: "主办方修改了“{event}”。以下是最新信息。",
        button: "打开活动页面",
        note: "您的票依然有效。",
    },
    cancelled: Mail {
        subject: "已取消：{event}",
        lead: "很抱歉，“{event}”不再举行。",
        button: "打开活动页面",
        note: "如果您已购票，款项将自动全额退还，届时会有邮件通知您。",
    },
    order: Mail {
        subject: "您的门票：{event}",
        lead: "预订成功：“{event}”的门票已准备好。入场时请出示手机或打印件。",
        button: "查看我的门票",
        note: "请保存此邮件：持有链接即持有门票。",
    },
    order_cancelled: Mail {
        subject: "已取消：您的“{event}”订单",
        lead: "您的“{event}”订单已取消，座位已释放。",
        button: "查看活动",
        note: "",
    },
    order_refunded: Mail {
        subject: "{amount} 将退还给您",
        lead: "您的“{event}”订单的 {amount} 将退还给您，银行最多需要十天。",
        button: "查看我的订单",
        note: "",
    },
    order_late: Mail {
        subject: "已售罄：“{event}”的款项将退还",
        lead: "很抱歉：您为“{event}”付款时座位已释放且门票已售罄。全部款项将退还给您，银行最多需要十天。",
        button: "查看我的订单",
        note: "",
    },
    waiting_offer: Mail {
        subject: "有空位了：{event}",
        lead: "您候补的“{event}”现在有空位，已为您保留一天，付款后即归您所有。",
        button: "领取我的座位",
        note: "如果不再需要，请在该页面取消，座位将给下一位。",
    },
    guests: Mail {
        subject: "{title}",
        lead: "",
        button: "查看我的门票",
        note: "“{event}”的主办方向所有持票人发送了此消息。",
    },
    dead_letter: Mail {
        subject: "发布程序放弃了 {kind}",
        lead: "发布程序在尝试 {attempts} 次后放弃了 {kind}。最后的原因：{why}。",
        button: "",
        note: "查看：eventos queue show {item}。原因消除后可重试：eventos queue retry {item}。",
    },
};
